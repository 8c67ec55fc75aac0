// The pictures that clients may show beside the server and its tools: small enough to stand in
// the lists themselves, so that showing them asks nobody for anything.

export interface Icon {
  src: string;
  mimeType: 'image/svg+xml';
  sizes: ['any'];
}

/** One stroke each, on a grid of 16; legible on light and dark. */
const strokes = {
  server: 'M8 2a6 6 0 1 0 .1 0M8 1v5M8 10v5M1 8h5M10 8h5',
  scripts: 'M5 4 1 8l4 4M11 4l4 4-4 4',
  flows: 'M3 3h4v4H3zM9 9h4v4H9zM7 5h4v4',
  jobs: 'M4 2l9 6-9 6z',
  schedules: 'M8 2a6 6 0 1 0 .1 0M8 5v3l3 2',
  resources: 'M2 4h12v4H2zM2 8h12v4H2z',
  variables: 'M6 3H4v10h2M10 3h2v10h-2',
  apps: 'M2 3h12v10H2zM2 6h12',
  workers: 'M4 4h8v8H4zM8 1v3M8 12v3M1 8h3M12 8h3',
} as const;

type Kind = keyof typeof strokes;

function iconOf(kind: Kind): Icon {
  const svg =
    `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' ` +
    `stroke='#14958a'><path d='${strokes[kind]}'/></svg>`;
  const src = `data:image/svg+xml,${svg.replaceAll(/[<># ]/g, (char) => encodeURIComponent(char))}`;
  return { src, mimeType: 'image/svg+xml', sizes: ['any'] };
}

const kinds = Object.keys(strokes) as Kind[];
const icons = new Map<string, Icon[]>(kinds.map((kind) => [kind, [iconOf(kind)]]));

/** The icon of a kind of thing; none for one without a picture. */
export function iconsOf(kind: string): { icons?: Icon[] } {
  const found = icons.get(kind.replace(/_u$/, ''));
  return found ? { icons: found } : {};
}
