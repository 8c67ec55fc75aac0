// The acceptance list of the gateway: every code has tests that carry it in their names, in the
// files that this table names, and no test carries a code that the list does not have.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

/** What the code demands, and the files whose tests prove it. */
const list: Readonly<Record<string, readonly [demand: string, ...files: string[]]>> = {
  A01: [
    'clients of both SDKs list and call; the conformance suite passes',
    'test/gateway/sdk-clients.test.ts',
    'test/mcp/conformance.test.ts',
    'test/oauth/suite.test.ts',
  ],
  A02: [
    'two tools for each service, the right annotations, a fixed order',
    'test/gateway/services.test.ts',
    'test/gateway/google-workspace.test.ts',
  ],
  A03: [
    'what does not fit is refused, and the service sees nothing',
    'test/gateway/services.test.ts',
  ],
  A04: [
    'search ranks, activation obeys risk, an allow-list hides the rest',
    'test/gateway/openapi.test.ts',
  ],
  A06: ['large results are cut, large bodies not held', 'test/gateway/bounds.test.ts'],
  B01: [
    'without a good token nothing, and the way to one',
    'test/gateway/access.test.ts',
    'test/oauth/security.test.ts',
    'test/oauth/dance.test.ts',
  ],
  B02: [
    'PKCE, codes once, exact addresses, bound states, rotation',
    'test/oauth/security.test.ts',
    'test/oauth/registration.test.ts',
    'test/gateway/oauth.test.ts',
  ],
  B03: [
    'roles and lists limit who uses what; who is suspended is out',
    'test/gateway/access.test.ts',
  ],
  B06: [
    'a restart keeps connections, grants and revocations',
    'test/gateway/delegated-tokens.test.ts',
    'test/crash/consents.test.ts',
  ],
  B07: ['an answer may come to another replica', 'test/gateway/oauth.test.ts'],
  B08: [
    'no secret in tables, logs, lists or rows',
    'test/gateway/secrets.test.ts',
    'test/gateway/services.test.ts',
    'test/gateway/oauth.test.ts',
    'test/gateway/upstreams-values.test.ts',
  ],
  C01: [
    'consent first, then once',
    'test/gateway/gates.test.ts',
    'test/gateway/hooks.test.ts',
    'test/gateway/windmill-service.test.ts',
  ],
  C02: [
    'what is not enabled is refused with any confirmation',
    'test/gateway/gates.test.ts',
    'test/gateway/curated.test.ts',
    'test/gateway/metabase.test.ts',
    'test/gateway/google-workspace.test.ts',
  ],
  C03: [
    'read-only means it, for flows, hidden and chained calls too',
    'test/gateway/services.test.ts',
    'test/gateway/gates.test.ts',
    'test/gateway/delegation.test.ts',
  ],
  C04: [
    'company hooks block, personal ones warn',
    'test/gateway/hooks.test.ts',
    'src/gateway/hooks/hooks.test.ts',
  ],
  C06: ['personal hooks loosen nothing', 'src/gateway/hooks/hooks.test.ts'],
  C08: [
    'a wrong signature is a failure',
    'src/gateway/hooks/outside.test.ts',
    'test/gateway/hook-faults.test.ts',
  ],
  C10: ['edits are live, bad ones keep the last good', 'src/gateway/hooks/keeping.test.ts'],
  D01: [
    'personal values are replaced wherever they stand',
    'test/gateway/pii.test.ts',
    'test/gateway/upstreams-values.test.ts',
    'test/gateway/upstreams-stream.test.ts',
    'src/gateway/pii/pii.test.ts',
  ],
  D02: [
    'recall, precision, and what is nobody’s stays',
    'src/gateway/pii/detect/detection.test.ts',
    'src/gateway/pii/pii.test.ts',
  ],
  D03: ['a token is one person’s', 'test/gateway/pii.test.ts', 'src/gateway/pii/pii.test.ts'],
  D05: ['a token ends after its day', 'test/gateway/pii.test.ts', 'src/gateway/pii/pii.test.ts'],
  D06: ['the map is encrypted', 'src/gateway/pii/pii.test.ts'],
  D08: [
    'reads restore nothing unless a field opts in',
    'test/gateway/pii.test.ts',
    'src/gateway/pii/pii.test.ts',
  ],
  D10: [
    'what cannot be searched is not shown',
    'test/gateway/pii.test.ts',
    'test/gateway/upstreams-values.test.ts',
  ],
  E01: [
    'a flow acts as its owner, with two identities in the row',
    'test/gateway/delegation.test.ts',
    'test/gateway/windmill.test.ts',
    'test/gateway/delegated-tokens.test.ts',
  ],
  E02: [
    'without a block: a service account',
    'test/gateway/delegation.test.ts',
    'test/gateway/delegated-tokens.test.ts',
  ],
  E03: ['a service that is not declared', 'test/gateway/delegation.test.ts'],
  E04: ['a class that is not declared', 'test/gateway/delegation.test.ts'],
  E05: ['high risk without a grant', 'test/gateway/delegation.test.ts'],
  E06: ['high risk with grant and confirmation', 'test/gateway/delegation.test.ts'],
  E07: [
    'outside of what the owner may',
    'test/gateway/access.test.ts',
    'test/gateway/delegation.test.ts',
  ],
  E08: ['the owner is not connected', 'test/gateway/delegation.test.ts'],
  E11: [
    'a token that is no job’s',
    'test/gateway/delegation.test.ts',
    'test/gateway/windmill.test.ts',
  ],
  E13: [
    'the token or name of another client',
    'test/gateway/windmill.test.ts',
    'test/gateway/delegated-tokens.test.ts',
  ],
  E14: [
    'an opaque token of old',
    'test/gateway/delegation.test.ts',
    'test/gateway/windmill.test.ts',
  ],
  E16: ['an instance that nobody registered', 'test/gateway/windmill.test.ts'],
  E18: ['no redirects, no private addresses', 'test/gateway/windmill.test.ts'],
  E20: ['previews', 'test/gateway/delegation.test.ts', 'test/gateway/windmill.test.ts'],
  E21: ['the job of somebody else', 'test/gateway/windmill.test.ts'],
  E22: [
    'groups, service accounts, sentinels, the disabled, the unknown',
    'test/gateway/windmill.test.ts',
  ],
  E25: [
    'off kills all, on every process',
    'test/gateway/delegation.test.ts',
    'test/gateway/delegated-tokens.test.ts',
  ],
  E27: [
    'wider waits, narrower does not',
    'test/gateway/access.test.ts',
    'test/gateway/windmill.test.ts',
  ],
  E29: [
    'a minute between clocks, not more',
    'test/gateway/delegated-tokens.test.ts',
    'test/gateway/windmill.test.ts',
  ],
  E30: ['a delegated token does nothing else', 'test/gateway/delegation.test.ts'],
  E31: ['the fields of RFC 8693', 'test/gateway/delegation.test.ts'],
  E33: ['job files that are none', 'src/gateway/job-file/job-file.test.ts'],
  E34: ['five fields become six, through daylight saving', 'src/gateway/job-file/job-file.test.ts'],
  F01: [
    'one that is down harms nobody else',
    'test/gateway/upstreams-hostile.test.ts',
    'test/gateway/bounds.test.ts',
    'test/gateway/curated.test.ts',
  ],
  F02: [
    'one that hangs is named; who leaves is heard',
    'test/gateway/upstreams-hostile.test.ts',
    'test/gateway/bounds.test.ts',
  ],
  F04: [
    'come back later: reads do, once; changes never',
    'test/gateway/services.test.ts',
    'test/gateway/bounds.test.ts',
    'test/gateway/curated.test.ts',
    'test/gateway/bigquery.test.ts',
    'test/gateway/metabase.test.ts',
    'test/gateway/google-workspace.test.ts',
  ],
  F06: [
    'hidden characters out, changed definitions in quarantine',
    'test/gateway/upstreams-hostile.test.ts',
  ],
  F07: [
    'a program that crashes is left alone for a while',
    'test/gateway/upstreams-hostile.test.ts',
  ],
  F08: ['progress and changed lists go on as they come', 'test/gateway/upstreams-stream.test.ts'],
  G03: ['retention keeps the chain verifiable', 'test/gateway/audit-rows.test.ts'],
  G04: [
    'the export is the store',
    'test/gateway/audit-rows.test.ts',
    'test/gateway/service-audit.test.ts',
  ],
  G05: ['one alert for each window', 'test/gateway/audit-rows.test.ts'],
  G06: ['without rows no changes, reads by setting', 'test/gateway/audit-rows.test.ts'],
  G07: ['without the database: degraded, and nobody gets in', 'test/metrics.test.ts'],
  G08: ['load, at one percent of the bench', 'test/gateway/load.test.ts'],
};

const root = new URL('../../', import.meta.url);
const codePattern = /\b[A-G]\d{2}\b/g;

/** The codes in the titles of a file's tests. */
function codesIn(file: string): Set<string> {
  const text = readFileSync(new URL(file, root), 'utf8');
  const titles = text.matchAll(/\b(?:test|it|describe)\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g);
  return new Set([...titles].flatMap(([, , title = '']) => title.match(codePattern) ?? []));
}

describe('the acceptance list of the gateway', () => {
  const files = globSync(
    ['test/gateway/*.test.ts', 'test/{oauth,crash,security}/*.test.ts', 'src/gateway/**/*.test.ts'],
    { cwd: root.pathname },
  );

  for (const [code, [demand, ...places]] of Object.entries(list)) {
    test(`${code} is proved: ${demand}`, () => {
      assert.ok(places.length > 0);
      for (const file of places) {
        assert.ok(codesIn(file).has(code), `${file} has no test with ${code} in its name`);
      }
    });
  }

  test('no test carries a code that is not on the list', () => {
    assert.ok(files.length > 20);
    for (const file of files) {
      for (const code of codesIn(file)) assert.ok(code in list, `${file}: ${code}`);
    }
  });
});
