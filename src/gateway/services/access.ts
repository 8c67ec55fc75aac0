// Which people of a workspace may use a service: usually everybody reads, and who may change items
// here may change things there; for guests and the like an admin names people and groups.
import { type Caller, principalsOf } from '../../operation/index.ts';
import type { ActionClass } from '../action.ts';
import type { Service, Setup } from './services.ts';

/** Principals, `u/<name>` and `g/<group>`; null: as usual. */
export interface Access {
  readonly readers: string[] | null;
  readonly writers: string[] | null;
}

const asUsual: Access = { readers: null, writers: null };

/** Operators run what others made: they change nothing, neither here nor in services. */
function changesAsUsual(role: string, { declaration, baseUrl }: Service): boolean {
  // In the own workspace the operation behind an action decides, as everywhere.
  const isHere = declaration.isOwn === true && baseUrl === '';
  return isHere || role !== 'operator';
}

/** May this person, by who they are in the workspace, do actions of the class? */
export function mayUse(
  { membership }: Caller,
  { setup, service, wanted }: { setup: Setup; service: Service; wanted: ActionClass },
): boolean {
  if (!membership) return false;
  // Admins say who may: a list without them would only be a detour.
  if (membership.role === 'admin') return true;
  const { readers, writers } = setup.access.get(service.declaration.name) ?? asUsual;
  const list = wanted === 'read' ? readers : writers;
  if (list === null) return wanted === 'read' || changesAsUsual(membership.role, service);
  return principalsOf(membership).some((principal) => list.includes(principal));
}

/** A service of which one may use nothing is not there. */
export const seesService = (caller: Caller, of: { setup: Setup; service: Service }): boolean =>
  mayUse(caller, { ...of, wanted: 'read' }) || mayUse(caller, { ...of, wanted: 'write' });
