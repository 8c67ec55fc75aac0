// A browser without a screen, as far as logging in and consenting need one: cookies, redirects,
// and sending the first form of a page with its values and its first named button.
import assert from 'node:assert/strict';

export interface Landing {
  /** Where the browser stands. */
  url: string;
  status: number;
  body: string;
}

interface Cookie {
  value: string;
  path: string;
}

function attributesOf(text: string): Record<string, string> {
  const found = text.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
  return Object.fromEntries([...found].map(([, name = '', value]) => [name, plain(value ?? '')]));
}

function plain(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** The fields of the form as a browser would send them, with its first named button. */
function fieldsOf(form: string): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [, tag = ''] of form.matchAll(/<(?:input|button)\b([^>]*)>/g)) {
    const { name, value = '', type = '', ...flags } = attributesOf(tag);
    const isChoice = type === 'radio' || type === 'checkbox';
    if (!name || type === 'submit' || (isChoice && !('checked' in flags))) continue;
    fields.append(name, isChoice && value === '' ? 'on' : value);
  }
  for (const [, tag = '', text = ''] of form.matchAll(/<textarea\b([^>]*)>(.*?)<\/textarea>/gs)) {
    const { name } = attributesOf(tag);
    if (name) fields.append(name, plain(text.replace(/^\n/, '')));
  }
  for (const [, tag = '', options = ''] of form.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)) {
    const { name } = attributesOf(tag);
    const all = [...options.matchAll(/<option\b([^>]*)>/g)].map(([, text = '']) =>
      attributesOf(text),
    );
    const chosen = all.find((option) => 'selected' in option) ?? all[0];
    if (name && chosen) fields.append(name, chosen['value'] ?? '');
  }
  for (const [, tag = ''] of form.matchAll(/<button\b([^>]*)>/g)) {
    const { name, value = '' } = attributesOf(tag);
    if (!name) continue;
    fields.append(name, value);
    break;
  }
  return fields;
}

export function createBrowser() {
  const cookies = new Map<string, Cookie>();

  function keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...rest] = line.split(';').map((part) => part.trim());
      const [name = '', ...value] = pair.split('=');
      const path = rest.find((part) => part.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
      const text = value.join('=');
      if (text === '') cookies.delete(`${name} ${path}`);
      else cookies.set(`${name} ${path}`, { value: text, path });
    }
  }

  function cookiesFor(url: string): string {
    const { pathname } = new URL(url);
    return [...cookies]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')))
      .map(([key, { value }]) => `${key.split(' ', 1)[0]}=${value}`)
      .join('; ');
  }

  /** Goes there and follows redirects, but not to other origins: it stops before these. */
  async function go(address: string, init: RequestInit = {}): Promise<Landing> {
    let url = address;
    let asked = init;
    for (let hops = 0; hops < 20; hops += 1) {
      const headers = {
        ...(asked.headers as object),
        cookie: cookiesFor(url),
        accept: 'text/html',
      };
      const response = await fetch(url, { ...asked, headers, redirect: 'manual' });
      keep(response);
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status, body: await response.text() };
      const next = new URL(location, url);
      if (next.origin !== new URL(url).origin) {
        return { url: next.href, status: response.status, body: '' };
      }
      url = next.href;
      asked = {};
    }
    throw new Error(`too many redirects, at ${url}`);
  }

  return {
    go,
    cookiesFor,
    /** The values of all cookies. */
    cookieValues: (): string[] => [...cookies.values()].map(({ value }) => value),
    /** Sends the first form of the page, `values` filled in. */
    async submit(page: Landing, values: Readonly<Record<string, string>> = {}): Promise<Landing> {
      const form = /<form\b([^>]*)>(.*?)<\/form>/s.exec(page.body);
      assert.ok(form, `no form at ${page.url}: ${page.body}`);
      const { action = page.url } = attributesOf(form[1] ?? '');
      const fields = fieldsOf(form[2] ?? '');
      for (const [name, value] of Object.entries(values)) fields.set(name, value);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const target = new URL(action, page.url).href;
      return go(target, { method: 'POST', headers, body: fields.toString() });
    },
  };
}
