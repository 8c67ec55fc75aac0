// Answers questions from the product's own documentation: passages ranked by their words, with
// links. No model and no other server is asked, so it works without a licence or a network.
import { AppError, createRanking, cutBytes, nearest, type Ranking } from '../../base/index.ts';
import { type Page, readPages, type Section } from './pages.ts';

export interface DocumentationDeps {
  /** Where people reach this server, without a trailing slash. */
  origin: () => string;
}

/** A section that fits the words of a question. */
export interface Passage {
  url: string;
  /** `Flows: Approvals`. */
  title: string;
  /** Markdown. */
  text: string;
  score: number;
}

export interface PageText {
  /** Markdown: the page, a section of it, or the headings of a long page. */
  text: string;
  url: string;
  /** What there is to ask for as `section`. */
  sections: string[];
}

export interface PageWanted {
  section?: string | undefined;
  /** All of a page, however long. */
  whole?: boolean | undefined;
}

const snippetBytes = 300;
const passageBytes = 3_000;
/** A page longer than this is read by its sections. */
const wholePageBytes = 24_000;

/** Who asks wants to do something: guides before lists of everything, reasons last. */
function worthOf({ name }: Page): number {
  if (name.startsWith('reference/')) return 0.7;
  return name.startsWith('why/') ? 0.5 : 1;
}

interface Library {
  pages: readonly Page[];
  places: readonly { page: Page; section: Section }[];
  ranking: Ranking;
}

async function openLibrary(): Promise<Library> {
  const pages = await readPages();
  const places = pages.flatMap((page) => page.sections.map((section) => ({ page, section })));
  const ranking = createRanking(
    places.map(({ page, section }) => [
      { text: section.heading, weight: 3 },
      { text: page.title, weight: 2 },
      { text: page.name, weight: 1 },
      { text: section.text, weight: 1 },
    ]),
  );
  return { pages, places, ranking };
}

function shortened(text: string, bytes: number): string {
  const kept = cutBytes(text, bytes);
  return kept.length < text.length ? `${kept}…` : kept;
}

/** The lines around the first word of the question that stands there. */
function snippetOf({ text }: Section, words: string): string {
  const body = text.replace(/^#+ .*\n+/, '');
  const asked = words.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  const lower = body.toLowerCase();
  const places = asked.map((word) => lower.indexOf(word)).filter((place) => place >= 0);
  const place = places.length === 0 ? 0 : Math.min(...places);
  const start = body.lastIndexOf('\n', place) + 1;
  return shortened(body.slice(start).replaceAll(/\s+/g, ' ').trim(), snippetBytes);
}

/** `https://host/docs/how-to/flows.md#approvals` and shorter → `how-to/flows`, `approvals`. */
function placeOf(url: string): { name: string; anchor: string | undefined } {
  const [path = '', anchor] = url.trim().split('#', 2);
  const name = path
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .replace(/^\/+/, '')
    .replace(/^docs\//, '')
    .replace(/\/+$/, '')
    .replace(/\.md$/, '');
  return { name, anchor };
}

/** The section and those below it. */
function branchOf({ sections }: Page, wanted: string): string | undefined {
  const named = wanted.trim().toLowerCase().replace(/^#+ ?/, '');
  const first = sections.findIndex(
    ({ anchor, heading }) => anchor === named || heading.toLowerCase() === named,
  );
  const top = sections[first];
  if (!top) return undefined;
  const rest = sections.slice(first + 1);
  const end = rest.findIndex(({ level }) => level <= top.level);
  const below = end === -1 ? rest : rest.slice(0, end);
  return [top, ...(top.level === 1 ? [] : below)].map(({ text }) => text).join('\n\n');
}

export type Documentation = ReturnType<typeof createDocumentation>;

export function createDocumentation({ origin }: DocumentationDeps) {
  let opened: Promise<Library> | undefined;
  const library = (): Promise<Library> => (opened ??= openLibrary());

  const urlOf = ({ name }: Page, anchor = ''): string =>
    `${origin()}/docs/${name}${anchor === '' ? '' : `#${anchor}`}`;

  async function find(words: string, limit: number) {
    const { places, ranking } = await library();
    return ranking
      .search(words, places.length)
      .flatMap(({ index, score }) => {
        const place = places[index];
        return place ? [{ ...place, score: score * worthOf(place.page) }] : [];
      })
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit);
  }

  const titleOf = (page: Page, { heading }: Section): string =>
    heading === page.title ? heading : `${page.title}: ${heading}`;

  return {
    /** Whole sections, the best first, each at most 3 kB. */
    async passages(words: string, limit: number): Promise<Passage[]> {
      const found = await find(words, limit);
      return found.map(({ page, section, score }) => ({
        url: urlOf(page, section.anchor),
        title: titleOf(page, section),
        text: shortened(section.text, passageBytes),
        score,
      }));
    },

    /** Sections with a few lines each. */
    async search(words: string, limit: number) {
      const found = await find(words, limit);
      return found.map(({ page, section, score }) => ({
        url: urlOf(page, section.anchor),
        title: titleOf(page, section),
        snippet: snippetOf(section, words),
        score,
      }));
    },

    /**
     * A page by its address or name, or one section of it. Of a page above 24 kB only the headings
     * are answered, unless `whole`. Throws `not_found`
     * that names the nearest page, or the sections there are.
     */
    async page(url: string, { section, whole }: PageWanted = {}): Promise<PageText> {
      const { pages } = await library();
      const { name, anchor } = placeOf(url);
      const page = pages.find((one) => one.name === name);
      if (!page) {
        const names = pages.map((one) => one.name);
        const similar = nearest(name, names);
        throw new AppError('not_found', `There is no page "${shortened(name, 100)}".`, {
          hint: `${similar ? `Did you mean ${similar}? ` : ''}There are: ${names.join(', ')}.`,
        });
      }
      const sections = page.sections.slice(1).map(({ heading }) => heading);
      const wanted = section ?? anchor;
      if (wanted !== undefined && wanted !== '') {
        const text = branchOf(page, wanted);
        if (text !== undefined) return { text, url: urlOf(page, anchor), sections };
        throw new AppError(
          'not_found',
          `${page.name} has no section "${shortened(wanted, 100)}".`,
          {
            hint: `It has: ${sections.join('; ')}.`,
          },
        );
      }
      if (whole === true || Buffer.byteLength(page.text) <= wholePageBytes) {
        return { text: page.text, url: urlOf(page), sections };
      }
      const head = page.sections[0]?.text ?? page.title;
      const list = sections.map((heading) => `- ${heading}`).join('\n');
      const text = `${head}\n\nThis page is long. Ask for one of its sections:\n\n${list}`;
      return { text, url: urlOf(page), sections };
    },
  };
}
