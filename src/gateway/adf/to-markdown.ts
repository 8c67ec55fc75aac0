// An Atlassian document as Markdown, for reading: what has no Markdown (a mention, a date, a card)
// becomes the text that people see.
import { isObject } from '../../base/index.ts';
type Json = Record<string, unknown>;

export const isAdf = (value: unknown): value is Json =>
  isObject(value) && value['type'] === 'doc' && Array.isArray(value['content']);

const maxDepth = 60;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const contentOf = (node: Json): Json[] =>
  Array.isArray(node['content']) ? node['content'].filter(isObject) : [];
const attrsOf = (node: Json): Json => (isObject(node['attrs']) ? node['attrs'] : {});

/** Around the text, inside its white space, or it would be no emphasis. */
function wrapped(text: string, mark: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return inner === '' ? text : `${before}${mark}${inner}${mark}${after}`;
}

function marked(text: string, marks: unknown): string {
  if (!Array.isArray(marks)) return text;
  return marks.filter(isObject).reduce((said, mark) => {
    switch (mark['type']) {
      case 'strong':
        return wrapped(said, '**');
      case 'em':
        return wrapped(said, '_');
      case 'strike':
        return wrapped(said, '~~');
      case 'code':
        return wrapped(said, '`');
      case 'link':
        return `[${said}](${textOf(attrsOf(mark)['href'])})`;
      default:
        return said;
    }
  }, text);
}

function inlineOf(node: Json): string {
  const attrs = attrsOf(node);
  switch (node['type']) {
    case 'text':
      return marked(textOf(node['text']), node['marks']);
    case 'hardBreak':
      return '\n';
    case 'mention':
    case 'status':
      return textOf(attrs['text']);
    case 'emoji':
      return textOf(attrs['text']) || textOf(attrs['shortName']);
    case 'date': {
      const at = new Date(Number(attrs['timestamp']));
      return Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(0, 10);
    }
    case 'inlineCard':
      return textOf(attrs['url']);
    default:
      return contentOf(node).map(inlineOf).join('');
  }
}

const inline = (node: Json): string => contentOf(node).map(inlineOf).join('');

/** Every line but the first begins with `margin`. */
const indented = (text: string, margin: string): string => text.replaceAll('\n', `\n${margin}`);

function listOf(node: Json, depth: number): string {
  const first = Number(attrsOf(node)['order'] ?? 1);
  return contentOf(node)
    .map((item, index) => {
      const sign = node['type'] === 'orderedList' ? `${first + index}. ` : '- ';
      const text = blocks(contentOf(item), depth + 1, '\n');
      return sign + indented(text, ' '.repeat(sign.length));
    })
    .join('\n');
}

function tableOf(node: Json, depth: number): string {
  const rows = contentOf(node).map((row) =>
    contentOf(row).map((cell) =>
      blocks(contentOf(cell), depth + 1, ' ')
        .replaceAll('\n', ' ')
        .replaceAll('|', String.raw`\|`),
    ),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [head = [], ...others] = rows;
  return [line(head), line(head.map(() => '---')), ...others.map(line)].join('\n');
}

function mediaOf(node: Json): string {
  const { alt, url } = attrsOf(node);
  return `![${textOf(alt) || 'attachment'}](${textOf(url)})`;
}

function blockOf(node: Json, depth: number): string {
  if (depth > maxDepth) return inline(node);
  const attrs = attrsOf(node);
  switch (node['type']) {
    case 'heading':
      return `${'#'.repeat(Math.min(6, Math.max(1, Number(attrs['level']) || 1)))} ${inline(node)}`;
    case 'bulletList':
    case 'orderedList':
      return listOf(node, depth);
    case 'taskItem':
      return `- [${attrs['state'] === 'DONE' ? 'x' : ' '}] ${inline(node)}`;
    case 'codeBlock':
      return `\`\`\`${textOf(attrs['language'])}\n${inline(node)}\n\`\`\``;
    case 'blockquote':
    case 'panel':
      return `> ${indented(blocks(contentOf(node), depth + 1), '> ')}`;
    case 'rule':
      return '---';
    case 'table':
      return tableOf(node, depth);
    case 'media':
      return mediaOf(node);
    case 'blockCard':
    case 'embedCard':
      return textOf(attrs['url']);
    case 'paragraph':
      return inline(node);
    default:
      break;
  }
  // Layouts, expands and whatever is new: what is in them.
  const children = contentOf(node);
  const isInline = children.some(({ type }) => type === 'text');
  return isInline || children.length === 0 ? inlineOf(node) : blocks(children, depth + 1);
}

function blocks(nodes: readonly Json[], depth: number, between = '\n\n'): string {
  return nodes
    .map((node) => blockOf(node, depth))
    .filter((text) => text !== '')
    .join(between);
}

/** The text of the document; of anything else, nothing. */
export function adfToMarkdown(document: unknown): string {
  return isAdf(document) ? blocks(contentOf(document), 0) : '';
}
