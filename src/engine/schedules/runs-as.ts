// Whose rights the runs of a trigger have: the writer's, inside the scopes of the writer's token,
// or somebody's whom the writer may keep.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import { type Call, type Caller, workspaceOf } from '../../operation/index.ts';
import type { MemberOf } from '../jobs/index.ts';

export const runsAsFields = {
  permissionedAs: z
    .string()
    .max(254)
    .regex(/^u\/[^\0/]+$/, 'u/<username>')
    .optional()
    .describe('whose rights the runs have; others than your own need preservePermissionedAs'),
  preservePermissionedAs: z
    .boolean()
    .default(false)
    .describe('keep permissionedAs as given: admins and the group wm_deployers'),
};

export interface RunsAs {
  permissionedAs: string;
  email: string;
  scopes: readonly string[] | null;
}

function mayPreserve({ membership }: Caller): boolean {
  return membership?.role === 'admin' || membership?.groups.includes('wm_deployers') === true;
}

/** Throws `forbidden` for somebody else's rights, `invalid_input` for nobody's. */
export async function runsAs(
  { memberOf }: { memberOf: MemberOf },
  call: Call,
  said: { permissionedAs?: string | undefined; preservePermissionedAs: boolean },
): Promise<RunsAs> {
  const { caller } = call;
  const own = `u/${caller.membership?.username ?? caller.email}`;
  const wanted = said.preservePermissionedAs ? (said.permissionedAs ?? own) : own;
  if (wanted === own) return { permissionedAs: own, email: caller.email, scopes: caller.scopes };
  if (!mayPreserve(caller)) {
    throw new AppError('forbidden', `Only admins may let this run as ${wanted}.`, {
      hint: 'Leave permissionedAs out: it runs with your rights. wm_deployers may keep it too.',
    });
  }
  const person = await memberOf(workspaceOf(call), wanted.slice(2));
  if (!person) throw new AppError('invalid_input', `There is no ${wanted} in this workspace.`);
  return { permissionedAs: wanted, email: person.email, scopes: caller.scopes };
}
