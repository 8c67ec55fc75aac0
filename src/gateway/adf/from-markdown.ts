// Markdown as an Atlassian document, the form in which Jira and Confluence take rich text. HTML in
// it stays text; what a document cannot say (an image) becomes a link.
import { lexer, type Token, type Tokens } from 'marked';

export interface AdfNode {
  type: string;
  text?: string;
  attrs?: Record<string, unknown>;
  marks?: { type: string; attrs?: Record<string, unknown> }[];
  content?: AdfNode[];
}
type Marks = NonNullable<AdfNode['marks']>;

/** What Jira takes of one text; longer ones go out as plain paragraphs. */
const maxLength = 32_767;
const maxDepth = 30;
/** The parser's time grows with the square of these: 30 ms here, seconds for a whole text. */
const maxSigns = 2000;

function signsIn(text: string): number {
  let count = 0;
  for (const sign of text) if ('*_~[`>'.includes(sign)) count += 1;
  return count;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
/** marked leaves these five in the text of its tokens. */
const plain = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');

/** Empty texts are not allowed in a document. */
function textNodes(text: string, marks: Marks): AdfNode[] {
  if (text === '') return [];
  return [{ type: 'text', text, ...(marks.length > 0 && { marks }) }];
}

/** Code allows no other mark but a link. */
const codeMarks = (marks: Marks): Marks => [
  ...marks.filter(({ type }) => type === 'link'),
  { type: 'code' },
];

/** Jira refuses links of other kinds. */
const isLink = (href: string): boolean => /^(?:https?:\/\/|mailto:|\/|#)/i.test(href);

function linked(token: Tokens.Link, marks: Marks): AdfNode[] {
  // A bare address of a person stays the text that it was.
  const isBare = token.href === `mailto:${token.text}`;
  if (isBare || !isLink(token.href)) return inline(token.tokens, marks);
  const link = { type: 'link', attrs: { href: token.href } };
  return inline(token.tokens, [...marks.filter(({ type }) => type !== 'link'), link]);
}

const marked = (marks: Marks, type: string): Marks =>
  marks.some((mark) => mark.type === type) ? marks : [...marks, { type }];

function inlineOf(token: Token, marks: Marks): AdfNode[] {
  switch (token.type) {
    case 'strong':
      return inline((token as Tokens.Strong).tokens, marked(marks, 'strong'));
    case 'em':
      return inline((token as Tokens.Em).tokens, marked(marks, 'em'));
    case 'del':
      return inline((token as Tokens.Del).tokens, marked(marks, 'strike'));
    case 'codespan':
      return textNodes((token as Tokens.Codespan).text, codeMarks(marks));
    case 'br':
      return [{ type: 'hardBreak' }];
    case 'link':
      return linked(token as Tokens.Link, marks);
    case 'image': {
      const { href, text } = token as Tokens.Image;
      const link = isLink(href) ? [{ type: 'link', attrs: { href } }] : [];
      return textNodes(text || href, link);
    }
    default:
      break;
  }
  const { tokens, text } = token as Partial<Tokens.Text>;
  return tokens ? inline(tokens, marks) : textNodes(plain(text ?? token.raw), marks);
}

/** Texts that differ in nothing are one. */
function joined(nodes: readonly AdfNode[]): AdfNode[] {
  const all: AdfNode[] = [];
  for (const node of nodes) {
    const last = all.at(-1);
    const alike = JSON.stringify(last?.marks) === JSON.stringify(node.marks);
    if (last?.text !== undefined && node.text !== undefined && alike) {
      all[all.length - 1] = { ...last, text: last.text + node.text };
    } else all.push(node);
  }
  return all;
}

function inline(tokens: readonly Token[] | undefined, marks: Marks = []): AdfNode[] {
  return joined((tokens ?? []).flatMap((token) => inlineOf(token, marks)));
}

const paragraph = (content: AdfNode[]): AdfNode => ({ type: 'paragraph', content });

function listOf(token: Tokens.List, depth: number): AdfNode {
  const content = token.items.map((item): AdfNode => {
    const box = item.task ? `[${item.checked ? 'x' : ' '}] ` : '';
    const inside = blocks(
      item.tokens.filter(({ type }) => type !== 'checkbox'),
      depth + 1,
    );
    // An item begins with a paragraph.
    const [first] = inside;
    if (first?.type !== 'paragraph') inside.unshift(paragraph([]));
    if (box) inside[0] = paragraph([...textNodes(box, []), ...(inside[0]?.content ?? [])]);
    return { type: 'listItem', content: inside.filter(fitsInItem) };
  });
  if (!token.ordered) return { type: 'bulletList', content };
  const order = typeof token.start === 'number' ? token.start : 1;
  return { type: 'orderedList', attrs: { order }, content };
}

const inItem = new Set(['paragraph', 'bulletList', 'orderedList', 'codeBlock']);
const fitsInItem = ({ type }: AdfNode): boolean => inItem.has(type);
const inQuote = new Set(['paragraph', 'bulletList', 'orderedList', 'codeBlock']);

function tableOf(token: Tokens.Table): AdfNode {
  const row = (cells: readonly Tokens.TableCell[], type: string): AdfNode => ({
    type: 'tableRow',
    content: cells.map((cell) => ({ type, content: [paragraph(inline(cell.tokens))] })),
  });
  const rows = token.rows.map((cells) => row(cells, 'tableCell'));
  return { type: 'table', content: [row(token.header, 'tableHeader'), ...rows] };
}

function codeOf({ text, lang }: Tokens.Code): AdfNode {
  const language = lang?.split(/\s/)[0];
  return {
    type: 'codeBlock',
    ...(language && { attrs: { language } }),
    content: textNodes(text, []),
  };
}

function blockOf(token: Token, depth: number): AdfNode[] {
  switch (token.type) {
    case 'space':
    case 'def':
      return [];
    case 'heading': {
      const { depth: level, tokens } = token as Tokens.Heading;
      return [{ type: 'heading', attrs: { level }, content: inline(tokens) }];
    }
    case 'code':
      return [codeOf(token as Tokens.Code)];
    case 'hr':
      return [{ type: 'rule' }];
    case 'list':
      return depth > maxDepth
        ? [paragraph(textNodes(token.raw, []))]
        : [listOf(token as Tokens.List, depth)];
    case 'table':
      return [tableOf(token as Tokens.Table)];
    case 'blockquote': {
      if (depth > maxDepth) return [paragraph(textNodes(token.raw, []))];
      const content = blocks((token as Tokens.Blockquote).tokens, depth + 1).flatMap((node) =>
        inQuote.has(node.type)
          ? [node]
          : (node.content ?? []).filter(({ type }) => inQuote.has(type)),
      );
      return content.length > 0 ? [{ type: 'blockquote', content }] : [];
    }
    case 'html':
      return [paragraph(textNodes(token.raw.trim(), []))];
    default:
      return [paragraph(inlineOf(token, []))];
  }
}

const blocks = (tokens: readonly Token[], depth: number): AdfNode[] =>
  tokens.flatMap((token) => blockOf(token, depth));

export type AdfDocument = AdfNode & { type: 'doc'; version: 1; content: AdfNode[] };

/** A document of version 1. Never throws: what is too long or too deep becomes paragraphs. */
export function markdownToAdf(markdown: string): AdfDocument {
  const lines = (): AdfNode[] => markdown.split('\n').map((line) => paragraph(textNodes(line, [])));
  const document = (content: AdfNode[]): AdfDocument => ({
    type: 'doc',
    version: 1,
    content: content.length > 0 ? content : [paragraph([])],
  });
  if (markdown.length > maxLength || signsIn(markdown) > maxSigns) return document(lines());
  try {
    return document(blocks(lexer(markdown, { gfm: true, breaks: true }), 0));
  } catch {
    // Nesting without end exhausts the stack of the parser.
    return document(lines());
  }
}
