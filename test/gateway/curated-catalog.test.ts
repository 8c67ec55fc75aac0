// Every curated action with what policy acts on: its class and kind of risk, where pseudonyms are
// restored, which fields of results hold names. A change is a visible difference in `catalog.txt`
// beside this file, which `--test-update-snapshots` writes anew.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { curated } from '../../src/gateway/services/index.ts';

const rows = curated.flatMap(({ name: service, actions }) =>
  actions.map((action) => ({ service, action })),
);

interface Field {
  type?: string;
  description?: string;
  items?: Field;
  anyOf?: Field[];
  [key: string]: unknown;
}

/** Is it bounded wherever it may grow? */
function isBounded(field: Field): boolean {
  if (field.anyOf) return field.anyOf.every(isBounded);
  const { type, items } = field;
  if (type === 'string') {
    return ['maxLength', 'enum', 'pattern', 'format'].some((key) => key in field);
  }
  if (type === 'integer') return 'maximum' in field;
  if (type === 'array') return 'maxItems' in field && (!items || isBounded(items));
  return true;
}

describe('curated actions', () => {
  test('are these', (t) => {
    const lines = rows.map(({ service, action }) => {
      const risk = action.class === 'high_risk' ? ` ${action.category}` : '';
      const restored = action.restoreIn.length > 0 ? ` restores ${action.restoreIn.join(',')}` : '';
      const names = action.nameFields.length > 0 ? ` names ${action.nameFields.join(',')}` : '';
      return `${service}.${action.name} ${action.class}${risk}${restored}${names}`;
    });
    const file = fileURLToPath(new URL('catalog.txt', import.meta.url));
    t.assert.fileSnapshot(`${lines.toSorted().join('\n')}\n`, file, { serializers: [String] });
  });

  test('are at least ten of each service, each with a name of its own', () => {
    for (const { name, actions } of curated) {
      assert.ok(actions.length >= 10, name);
      assert.equal(new Set(actions.map((one) => one.name)).size, actions.length, name);
    }
  });

  for (const { service, action } of rows) {
    test(`${service}.${action.name} is bounded, and described where it needs to be`, () => {
      const { properties, additionalProperties } = action.input.json as {
        properties: Record<string, Field>;
        additionalProperties: boolean;
      };
      assert.equal(additionalProperties, false);
      for (const [name, field] of Object.entries(properties)) {
        assert.match(name, /^[a-z_]+$/);
        assert.ok(isBounded(field), `${name} has no bound`);
      }
      for (const name of action.restoreIn) assert.ok(name in properties, name);
      // What deletes by its verb or its name is high risk, whatever the declaration says.
      if (/^(?:delete|archive|merge)_/.test(action.name)) assert.equal(action.class, 'high_risk');
      if (action.class === 'high_risk') assert.notEqual(action.category, undefined);
    });
  }
});
