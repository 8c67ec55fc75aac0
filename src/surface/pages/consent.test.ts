// What the consent page says about a client, and where it lets the browser go on to.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scopePicker } from '../../operation/index.ts';
import { consentPage } from './consent.ts';
import { pageHeadersOf } from './layout.ts';

const choice = {
  visitor: {
    email: 'ann@example.com',
    workspaces: [{ id: 'main', name: 'main', username: 'ann', role: 'developer' as const }],
  },
  workspace: 'main',
  picker: {
    choice: scopePicker.choiceOf({ scopes: [], readOnly: false }),
    others: [],
    folders: [],
    lists: new Map(),
  },
};

function pageOf(clientId: string, redirectUri: string, clientName = 'Trial'): string {
  const facts = { clientId, clientName, redirectUri, workspace: null };
  return consentPage(facts, { address: '/oauth/consent/x', choice }).body.markup;
}

describe('the consent page', () => {
  const described = 'https://claude.ai/oauth/client.json';
  const here = 'http://127.0.0.1:5000/callback';
  const warning = /class="warning"/;
  const local = /a program on your computer/;

  const rows: [says: string, clientId: string, to: string, must: RegExp[], mustNot: RegExp[]][] = [
    ['registered', 'abc', here, [/nobody has checked it/, local], [warning]],
    ['described', described, 'https://claude.ai/back', [/claude\.ai<\/strong>/], [warning, local]],
    ['described, but here', described, here, [warning, /name of claude\.ai/, local], []],
    ['a private scheme', described, 'cursor://x/back', [warning, /cursor:\/\/…/], []],
    ['a suffix', 'abc', 'https://127.0.0.1.evil.example/', [/evil\.example/], [local]],
    ['a user', 'abc', 'https://claude.ai@evil.example/', [/>evil\.example</], [/claude/, local]],
  ];
  for (const [says, clientId, to, must, mustNot] of rows) {
    it(`tells what is known of a client: ${says}`, () => {
      const page = pageOf(clientId, to);
      for (const pattern of must) assert.match(page, pattern);
      for (const pattern of mustNot) assert.doesNotMatch(page, pattern);
    });
  }

  it('shows hostile names as they are', () => {
    const page = pageOf('abc', here, '<script>alert(1)</script>');
    assert.match(page, /&lt;script&gt;/);
    assert.doesNotMatch(page, /<script/);
  });

  it('allows by the first named button of the first form, everything needed being chosen', () => {
    const [, form = ''] = /<form\b[^>]*>(.*?)<\/form>/s.exec(pageOf('abc', here)) ?? [];
    const [, name] = /<button\b[^>]*name="(\w+)" value="allow"/.exec(form) ?? [];
    assert.equal(name, 'decision');
    assert.ok(form.indexOf('value="allow"') < form.indexOf('value="preview"'));
    assert.match(form, /value="all"\s+checked/);
    assert.match(form, /<option value="main" selected>/);
    assert.doesNotMatch(form, /value="deny"/);
  });

  const targets: [to: string, sources: string][] = [
    ['https://claude.ai/api/mcp/auth_callback', "'self' https://claude.ai"],
    ['http://localhost:5000/cb', "'self' http://localhost:5000"],
    ['http://[::1]:5000/cb', "'self' http:"],
    ['cursor://anysphere.cursor-mcp/oauth/callback', "'self' cursor:"],
    ['https://vscode.dev/redirect', "'self' https://vscode.dev vscode:"],
  ];
  for (const [formTarget, sources] of targets) {
    it(`lets its form go on to ${formTarget}`, () => {
      const policy = pageHeadersOf({ formTarget })['content-security-policy'] ?? '';
      assert.ok(policy.includes(`form-action ${sources};`), policy);
    });
  }
});
