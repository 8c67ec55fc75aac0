// Puts what `$var:`, `$res:` and `$encrypted:` stand for into a value, with the rights of one
// caller. A text is a reference only as a whole. Cycles, depth and size are bounded; any failure
// fails the whole.
import { AppError } from '../../base/index.ts';
import { authorise, type Caller } from '../../operation/index.ts';
import { maySeeValues, type RunValues, type Variables } from '../variables/index.ts';

const maxDepth = 16;
const maxReferences = 1_000;
const maxLoadedBytes = 16_000_000;

/** A resource for who resolves; rights are decided here. */
export interface ReadResource {
  value: unknown;
  extraPerms: Readonly<Record<string, boolean>>;
  sizeBytes: number;
}

export interface ResolveDeps {
  variables: Pick<Variables, 'read'>;
  runValues: Pick<RunValues, 'open'>;
  readResource: (workspace: string, path: string) => Promise<ReadResource | undefined>;
}

export interface ResolveRequest {
  value: unknown;
  /** Null while somebody's rights cannot be told: then only values without references pass. */
  caller: Caller;
  workspace: string;
  /** What `$WM_…` stands for; absent outside jobs. */
  environment?: Readonly<Record<string, string>>;
  /** Paths of resources that led here. */
  trail?: readonly string[];
}

export interface Resolved {
  value: unknown;
  /** Clear values of the secrets among them. */
  secrets: string[];
}

export type Resolve = (request: ResolveRequest) => Promise<Resolved>;

const reference = /^\$(?:(?:var|res|encrypted):.|WM_)/s;

/** Does any text of `value` look like a reference? Spares everything else the walk below. */
export function holdsReference(value: unknown): boolean {
  if (typeof value === 'string') return reference.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsReference);
}

function failed(message: string, hint?: string): AppError {
  return new AppError('unprocessable', message, hint === undefined ? {} : { hint });
}

/** What is hidden and what is not there look alike. */
function noneReadable(text: string, trail: readonly string[]): AppError {
  const within = trail.length > 0 ? ` (in the resource ${trail.at(-1)})` : '';
  return failed(`There is nothing that you may read at ${text}${within}.`, 'Check the path.');
}

/**
 * Handing an item to a run is part of running: a scope that runs everything, or everything below
 * the item's place, is enough. Else the token must be able to read it by itself.
 */
function mayUse(caller: Caller, target: { kind: string; path: string; extraPerms: object }) {
  const item = { ...target, extraPerms: target.extraPerms as Record<string, boolean> };
  return [`${target.kind}:read`, 'jobs:run'].some(
    (action) => authorise(caller, { action, risk: 'read' }, item).allowed,
  );
}

export function createResolve(deps: ResolveDeps): Resolve {
  return async (request) => {
    const { caller, workspace, environment } = request;
    const secrets = new Set<string>();
    let references = 0;
    let loadedBytes = 0;

    function load(bytes: number): void {
      references += 1;
      loadedBytes += bytes;
      if (references <= maxReferences && loadedBytes <= maxLoadedBytes) return;
      throw failed('References make this value too large.', 'Refer to fewer or smaller resources.');
    }

    async function variable(path: string, trail: readonly string[]): Promise<string> {
      const found = await deps.variables.read(workspace, path);
      const { extraPerms } = found ?? {};
      const target = { kind: 'variables', path, extraPerms: extraPerms ?? {} };
      if (!found || !maySeeValues(caller) || !mayUse(caller, target)) {
        throw noneReadable(`$var:${path}`, trail);
      }
      const value = await found.value();
      load(value.length);
      if (found.isSecret) secrets.add(value);
      return value;
    }

    async function resource(path: string, trail: readonly string[]): Promise<unknown> {
      if (trail.includes(path)) {
        const circle = [...trail.slice(trail.indexOf(path)), path].join(' → ');
        throw failed(`Resources refer to each other in a circle: ${circle}.`);
      }
      if (trail.length >= maxDepth) {
        throw failed(`Resources refer to each other more than ${maxDepth} levels deep.`);
      }
      const found = await deps.readResource(workspace, path);
      const target = { kind: 'resources', path, extraPerms: found?.extraPerms ?? {} };
      if (!found || !mayUse(caller, target)) throw noneReadable(`$res:${path}`, trail);
      load(found.sizeBytes);
      return walk(found.value, [...trail, path]);
    }

    async function sealed(value: string): Promise<unknown> {
      const made = await deps.runValues.open(caller, workspace, value);
      load(value.length);
      for (const secret of made.secrets) secrets.add(secret);
      return made.value;
    }

    async function text(value: string, trail: readonly string[]): Promise<unknown> {
      if (!reference.test(value)) return value;
      if (value.startsWith('$var:')) return variable(value.slice(5), trail);
      if (value.startsWith('$res:')) return resource(value.slice(5), trail);
      if (value.startsWith('$encrypted:')) return sealed(value);
      const name = value.slice(1);
      return environment && Object.hasOwn(environment, name) ? environment[name] : value;
    }

    async function walk(value: unknown, trail: readonly string[]): Promise<unknown> {
      if (typeof value === 'string') return text(value, trail);
      if (typeof value !== 'object' || value === null || !holdsReference(value)) return value;
      if (Array.isArray(value)) {
        const list: unknown[] = [];
        for (const entry of value) list.push(await walk(entry, trail));
        return list;
      }
      const entries: [string, unknown][] = [];
      for (const [key, entry] of Object.entries(value)) {
        entries.push([key, await walk(entry, trail)]);
      }
      return Object.fromEntries(entries);
    }

    const value = await walk(request.value, request.trail ?? []);
    return { value, secrets: [...secrets] };
  };
}
