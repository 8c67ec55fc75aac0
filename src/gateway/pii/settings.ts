// How a workspace protects personal values: stored by its admins, read at every call, so kept for
// two seconds, in which another process may still go by what was.
import { z } from 'zod';
import type { Clock } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Changes } from '../changes.ts';
import { compilePattern } from './detect/index.ts';
import * as sql from './pii.sql.ts';
import { piiTypes, typePattern } from './pii-type.ts';

const serviceName = z
  .string()
  .regex(/^(?:\*|[a-z][a-z0-9_]{0,62})$/)
  .max(63);

const settingsFields = {
  enabled: z.boolean().describe('off: models see every value of the services as it is'),
  strategy: z
    .enum(['pseudonymize', 'mask'])
    .describe(
      'pseudonymize: tokens that turn back into the values in writes; mask: a***@b.de, for good',
    ),
  types: z
    .array(z.enum(piiTypes).describe('a built-in kind of value'))
    .max(piiTypes.length)
    .describe('the kinds that are protected'),
  phoneRegions: z
    .array(
      z
        .string()
        .regex(/^[A-Z]{2}$/)
        .max(2)
        .describe('ISO 3166 code, such as DE'),
    )
    .max(10)
    .describe('countries whose national phone numbers are known; +49… is known everywhere'),
  patterns: z
    .array(
      z.strictObject({
        type: z
          .string()
          .regex(typePattern)
          .max(16)
          .refine((type) => !piiTypes.some((known) => known === type), 'is a built-in kind')
          .describe('what its tokens are called: CUSTOMER gives ⟦CUSTOMER_1:•••⟧'),
        pattern: z.string().min(1).max(200).describe('regular expression with bounded repeats'),
      }),
    )
    .max(20)
    .describe('kinds of the company’s own'),
  crossings: z
    .array(
      z.strictObject({
        from: serviceName.describe('service that a value came from; * for any'),
        to: serviceName.describe('service that it may be written to in free text; * for any'),
      }),
    )
    .max(100)
    .describe('from which service to which values may go within free text'),
};

const wholeSettings = z.strictObject(settingsFields);
export const settingsChanges = wholeSettings.partial();
export type PiiSettings = z.infer<typeof wholeSettings>;

export const storedSettings = z.object({
  ...settingsFields,
  /** Null while nobody has changed anything. */
  updatedBy: z.string().nullable(),
  updatedAt: z.number().nullable(),
});
export type StoredSettings = z.infer<typeof storedSettings>;

const defaults: StoredSettings = {
  enabled: true,
  strategy: 'pseudonymize',
  types: [...piiTypes],
  phoneRegions: ['DE', 'US'],
  patterns: [],
  crossings: [],
  updatedBy: null,
  updatedAt: null,
};

export const trustMs = 2000;

export type SettingsStore = ReturnType<typeof createSettingsStore>;

export function createSettingsStore({
  db,
  clock,
  changes: told,
}: {
  db: Database;
  clock: Clock;
  changes: Pick<Changes, 'changed'>;
}) {
  const kept = new Map<string, { settings: StoredSettings; readAt: number }>();

  async function read(workspace: string): Promise<StoredSettings> {
    const stored = (await db.row<StoredSettings>(sql.selectSettings, [workspace])) ?? defaults;
    const known = kept.get(workspace)?.settings;
    // The same object while nothing changed: scanners are made for one.
    const settings = known && known.updatedAt === stored.updatedAt ? known : stored;
    kept.set(workspace, { settings, readAt: clock.now() });
    return settings;
  }

  return {
    read,

    /** At most two seconds old; the same object until it is read again. */
    async of(workspace: string): Promise<StoredSettings> {
      const known = kept.get(workspace);
      if (known && Math.abs(clock.now() - known.readAt) < trustMs) return known.settings;
      return read(workspace);
    },

    /** Throws `invalid_input` for a pattern that could take long. */
    async change(workspace: string, by: string, changes: z.infer<typeof settingsChanges>) {
      for (const pattern of changes.patterns ?? []) compilePattern(pattern);
      const { updatedBy: _by, updatedAt: _at, ...known } = await read(workspace);
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      const next: PiiSettings = { ...known, ...Object.fromEntries(given) };
      const { enabled, strategy, types, phoneRegions, patterns, crossings } = next;
      const lists = [JSON.stringify(patterns), JSON.stringify(crossings)];
      const values = [workspace, enabled, strategy, types, phoneRegions, ...lists, by, clock.now()];
      await db.run(sql.upsertSettings, values);
      const stored = await read(workspace);
      told.changed(workspace);
      return stored;
    },
  };
}
