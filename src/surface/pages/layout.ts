// The frame of every page: title, one column, the header; and the headers that go with it.
import { html, type Html } from './html.ts';

/** Hosts whose page sends the browser on to a program: a policy counts that hop too. */
const hops: Readonly<Record<string, string>> = {
  'vscode.dev': ' vscode:',
  'insiders.vscode.dev': ' vscode-insiders:',
};

/**
 * An address as a source of a Content-Security-Policy: an origin, or a scheme where it is private
 * or the host is an IPv6 address, for which the policy has no words.
 */
function sourceOf(address: string): string {
  const { protocol, origin, hostname } = new URL(address);
  if (!/^https?:$/.test(protocol) || hostname.startsWith('[')) return ` ${protocol}`;
  return ` ${origin}${hops[hostname] ?? ''}`;
}

/**
 * Pages load their own stylesheet and nothing else; no script runs, nobody may frame them.
 * Browsers hold redirects after a form to `form-action` too, hence `formTarget`.
 * Addresses may be secrets (set-up, approvals): no other site is told where its visitor came from.
 * `no-referrer` would also hide the origin of our own forms, which the same-origin check asks for.
 */
export function pageHeadersOf({ formTarget }: Pick<Page, 'formTarget'>): Record<string, string> {
  const target = formTarget === undefined ? '' : sourceOf(formTarget);
  return {
    'content-security-policy':
      `default-src 'none'; style-src 'self'; img-src data:; form-action 'self'${target}; ` +
      "base-uri 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  };
}

/** A mill wheel in the accent colour. */
const icon =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#14958a"' +
      ' stroke-width="2.4"><circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="2"/>' +
      '<path d="M12 1v9M12 14v9M1 12h9M14 12h9M4.2 4.2l6.4 6.4M13.4 13.4l6.4 6.4' +
      'M19.8 4.2l-6.4 6.4M10.6 13.4l-6.4 6.4"/></svg>',
  );

export interface Page {
  title: string;
  body: Html;
  /** For the corner: who is here, and the way out. */
  corner?: Html;
  /** Where the answer to the page's form may send people besides this server. */
  formTarget?: string;
}

/** A whole document; `styleUrl` changes whenever the stylesheet does. */
export function documentOf({ title, body, corner }: Page, styleUrl: string): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Millrace</title>
        <link rel="icon" href="${icon}" />
        <link rel="stylesheet" href="${styleUrl}" />
      </head>
      <body>
        <header>
          <a class="brand" href="/"><img src="${icon}" alt="" width="24" height="24" />Millrace</a>
          ${corner}
        </header>
        <main>${body}</main>
      </body>
    </html> `;
  return page.markup;
}
