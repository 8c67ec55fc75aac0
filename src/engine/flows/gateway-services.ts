// The block `gateway-services`: which services a flow reaches as its owner, and by which classes of
// actions. Read here because a flow that says it wrong is refused when it is written; what it means
// is the gateway's business. No I/O.

export const serviceClasses = ['read', 'write', 'high_risk'] as const;
export type ServiceClass = (typeof serviceClasses)[number];

/** Classes by service, each in the order of `serviceClasses`; no class implies another. */
export type DeclaredServices = Readonly<Record<string, readonly ServiceClass[]>>;

/** What is wrong, as the second half of a sentence, and where in the block. */
export interface BlockProblem {
  path: readonly (string | number)[];
  message: string;
}

export interface ServicesBlock {
  services: DeclaredServices;
  problems: BlockProblem[];
}

/** Both spellings mean the same; the first is the documented one. */
export const servicesKeys = ['gateway-services', 'gateway_services'] as const;

const mostServices = 50;
const serviceName = /^[a-z][a-z0-9_]{0,62}$/;
const example = 'write it as - jira: [read] or jira: [read, write]';

const isClass = (value: unknown): value is ServiceClass =>
  serviceClasses.some((known) => known === value);

interface Entry {
  path: (string | number)[];
  name: string;
  given: unknown;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The services of either form: a list of maps with one key, or one map. */
function entriesOf(given: unknown, problems: BlockProblem[]): Entry[] {
  if (isMap(given)) {
    return Object.entries(given).map(([name, value]) => ({ path: [name], name, given: value }));
  }
  if (!Array.isArray(given)) {
    problems.push({ path: [], message: `is a list of services; ${example}` });
    return [];
  }
  return given.flatMap((item: unknown, index) => {
    const keys = isMap(item) ? Object.keys(item) : [];
    const [name] = keys;
    if (isMap(item) && name !== undefined && keys.length === 1) {
      return [{ path: [index, name], name, given: item[name] }];
    }
    problems.push({ path: [index], message: `names one service; ${example}` });
    return [];
  });
}

function classesOf({ path, name, given }: Entry, problems: BlockProblem[]): ServiceClass[] {
  const listed: unknown[] = Array.isArray(given) ? given : [given];
  if (listed.length === 0) {
    problems.push({ path, message: `${name} has no class; ${example}` });
  }
  const found = new Set<ServiceClass>();
  for (const [index, one] of listed.entries()) {
    const at = Array.isArray(given) ? [...path, index] : path;
    const said = typeof one === 'string' ? `"${one.slice(0, 40)}"` : `a ${typeof one}`;
    if (!isClass(one)) {
      const message = `${said} is no class; accepted: ${serviceClasses.join(', ')}`;
      problems.push({ path: at, message });
    } else if (found.has(one)) {
      problems.push({ path: at, message: `${one} is there twice for ${name}` });
    } else {
      found.add(one);
    }
  }
  return serviceClasses.filter((known) => found.has(known));
}

/** Reads a block; `services` holds what could be read, and is of no use when there are problems. */
export function readServices(given: unknown): ServicesBlock {
  const problems: BlockProblem[] = [];
  const services: Record<string, readonly ServiceClass[]> = {};
  const entries = entriesOf(given, problems);
  if (entries.length === 0 && problems.length === 0) {
    problems.push({ path: [], message: `is empty; leave it out, or ${example}` });
  }
  if (entries.length > mostServices) {
    problems.push({ path: [], message: `names more than ${mostServices} services` });
  }
  for (const entry of entries.slice(0, mostServices)) {
    const { path, name } = entry;
    if (!serviceName.test(name)) {
      const said = JSON.stringify(name.slice(0, 40));
      const message = `${said} is no name of a service: small letters, digits and _, no wildcard`;
      problems.push({ path, message });
    } else if (Object.hasOwn(services, name)) {
      problems.push({ path, message: `${name} is there twice; give its classes in one place` });
    } else {
      services[name] = classesOf(entry, problems);
    }
  }
  const sorted = Object.entries(services).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { services: Object.fromEntries(sorted), problems };
}

/** The block of a flow's value, whichever way it is spelled; undefined: there is none. */
export function servicesOf(value: Readonly<Record<string, unknown>>): unknown {
  const key = servicesKeys.find((known) => value[known] !== undefined && value[known] !== null);
  return key === undefined ? undefined : value[key];
}
