// A real browser for tests of pages: Debian's Chromium, and axe to judge what it shows. With
// MILLRACE_TEST_SHOTS each judged page leaves pictures in that folder, for people to look at.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

interface Finding {
  id: string;
  help: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

const shots = process.env['MILLRACE_TEST_SHOTS'];

/** How people look at pages. */
const views = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1000, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1000, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 360, height: 740 } },
] as const;

async function judge(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source);
  const run = "axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations)";
  const found = await page.evaluate<Finding[]>(run);
  const told = found.map(({ id, help, nodes }) => {
    const where = nodes.map(({ target, failureSummary }) => `${String(target)}: ${failureSummary}`);
    return `${id}: ${help}\n${where.join('\n')}`;
  });
  assert.deepEqual(told, [], `${name} at ${page.url()}`);
  const tooWide = 'document.documentElement.scrollWidth - innerWidth';
  const over = await page.evaluate<number>(tooWide);
  assert.ok(over <= 0, `${name} is ${over} px wider than the window`);
}

export type Chromium = Awaited<ReturnType<typeof startChromium>>;

export async function startChromium() {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  return {
    /** A visitor with cookies of their own; no page of ours needs a script, so none runs. */
    async visitor(): Promise<BrowserContext> {
      const context = await browser.newContext();
      context.setDefaultTimeout(15_000);
      return context;
    },

    /** Light, dark and on a phone: axe finds nothing, and nothing is wider than the window. */
    async inspect(page: Page, name: string): Promise<void> {
      for (const { name: view, colorScheme, viewport } of views) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        await judge(page, `${name} (${view})`);
        if (shots === undefined) continue;
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: `${shots}/${name}-${view}.png`, fullPage: true });
      }
    },

    stop: () => browser.close(),
  };
}

/** Logs in on the login page that the visitor stands on. */
export async function fillLogin(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}
