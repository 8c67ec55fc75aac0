// A plain parser of HTML for templates: tags, attributes, text and comments, whatever their order.

const voidTags = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;
export const htmlSpace = 'http://www.w3.org/1999/xhtml';

const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function decode(text) {
  return text.replaceAll(/&(#x?[\da-f]+|\w+);/gi, (all, code) => {
    if (!code.startsWith('#')) return named[code] ?? all;
    const isHex = /^#x/i.test(code);
    return String.fromCodePoint(Number.parseInt(code.slice(isHex ? 2 : 1), isHex ? 16 : 10));
  });
}

const attribute = /\s+[^\s=>/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?/.source;
const token = new RegExp(
  [
    /<!--([\s\S]*?)-->/.source,
    /<\/([\w:-]+)\s*>/.source,
    String.raw`<([\w:-]+)((?:${attribute})*)\s*(\/?)>`,
    /([^<]+|<)/.source,
  ].join('|'),
  'g',
);

/** The nodes that `html` says, in a fragment of `document`; `space`: the namespace around. */
export function parseHtml(html, document, space = htmlSpace) {
  const fragment = document.createDocumentFragment();
  const open = [fragment];
  for (const [, comment, closed, name, attributes = '', alone, text] of String(html).matchAll(
    token,
  )) {
    const parent = open.at(-1);
    const into = parent.content ?? parent;
    if (comment !== undefined) into.appendChild(document.createComment(comment));
    else if (text !== undefined) into.appendChild(document.createTextNode(decode(text)));
    else if (closed !== undefined) {
      const at = open.findLastIndex((each) => each.localName === closed.toLowerCase());
      if (at > 0) open.length = at;
    } else if (name !== undefined) {
      const inside =
        name.toLowerCase() === 'svg'
          ? 'http://www.w3.org/2000/svg'
          : (parent.namespaceURI ?? space);
      const element = document.createElementNS(inside, name);
      for (const [, key, double, single, bare] of attributes.matchAll(
        /([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g,
      )) {
        element.setAttribute(key, decode(double ?? single ?? bare ?? ''));
      }
      into.appendChild(element);
      if (!alone && !voidTags.test(element.localName)) open.push(element);
    }
  }
  return fragment;
}
