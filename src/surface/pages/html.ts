// A small template for pages: every value is escaped unless it is itself `html`.

/** Markup that is safe to put into a page. */
export interface Html {
  readonly markup: string;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

type Value = Html | string | number | undefined | false | readonly Value[];

function isHtml(value: Value): value is Html {
  return typeof value === 'object' && 'markup' in value;
}

function markupOf(value: Value): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return isHtml(value) ? value.markup : value.map(markupOf).join('');
}

/** Values may stand between tags and inside quoted attributes; never in scripts or styles. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  const parts = strings.map((part, index) => part + markupOf(values[index]));
  return { markup: parts.join('') };
}
