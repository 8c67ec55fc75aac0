// The product's own documentation as pages and sections, read from the `docs` folder that every
// installation has. Which passage answers what is in `documentation.ts`.
import { readdir, readFile } from 'node:fs/promises';

export interface Section {
  /** The heading, without its marks; the page's title for what comes before the first one. */
  heading: string;
  /** The heading as the end of an address, as GitHub makes it; empty for the beginning. */
  anchor: string;
  /** 1 for the page itself, 2 and 3 for headings below. */
  level: number;
  /** Markdown, with its heading line. */
  text: string;
}

export interface Page {
  /** `how-to/flows`. */
  name: string;
  title: string;
  /** Markdown, whole. */
  text: string;
  sections: readonly Section[];
}

const folder = new URL('../../../docs/', import.meta.url);

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/** Splits at headings of the first three levels; `#` inside a code block is no heading. */
function sectionsOf(text: string, name: string): Section[] {
  const sections: Section[] = [];
  let lines: string[] = [];
  let heading = name;
  let level = 1;
  let fenced = false;
  const close = (): void => {
    const body = lines.join('\n').trim();
    const anchor = level === 1 ? '' : anchorOf(heading);
    if (body !== '') sections.push({ heading, anchor, level, text: body });
    lines = [];
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    const found = fenced ? null : /^(#{1,3}) (.+)$/.exec(line);
    if (found) {
      close();
      heading = (found[2] ?? '').replaceAll('`', '').trim();
      level = (found[1] ?? '#').length;
    }
    lines.push(line);
  }
  close();
  return sections;
}

/** Every page, sorted by name. Rejects when the installation has no `docs` folder. */
export async function readPages(): Promise<Page[]> {
  const entries = await readdir(folder, { recursive: true });
  const names = entries
    .map((entry) => entry.replaceAll('\\', '/'))
    .filter((entry) => entry.endsWith('.md'))
    .map((entry) => entry.slice(0, -3));
  return Promise.all(
    names.toSorted().map(async (name) => {
      const text = await readFile(new URL(`${name}.md`, folder), 'utf8');
      const sections = sectionsOf(text, name);
      return { name, title: sections[0]?.heading ?? name, text, sections };
    }),
  );
}
