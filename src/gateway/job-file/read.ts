// Reads `.windmill/job.yml`: every field by its rule, every problem with its line and column.
import { isMap, isSeq, isScalar, type Node, type YAMLMap } from 'yaml';
import { AppError, nearest } from '../../base/index.ts';
import { type DeclaredServices, readLiveCron, readServices } from '../../engine/index.ts';
import { type JobDocument, readDocument } from './document.ts';
import {
  concurrencyPolicies,
  jobEvents,
  type JobFile,
  jobLanguages,
  type JobSchedule,
  type ReadJobFile,
  runAsModes,
} from './job-file.ts';

const fields = [
  'version',
  'name',
  'description',
  'enabled',
  'schedule',
  'schedules',
  'timezone',
  'on',
  'gateway-services',
  'gateway-instance',
  'run-as',
  'language',
  'script',
  'entrypoint',
  'args',
  'env',
  'timeout',
  'retries',
  'concurrency',
  'on_failure',
  'tags',
  'requirements',
] as const;
type Field = (typeof fields)[number];

const secretName = /TOKEN|SECRET|PASSW|API_?KEY|PRIVATE_?KEY|CREDENTIAL/i;
const maxSchedules = 20;

/** The fields of one map, read one by one. */
class Reader {
  private readonly nodes = new Map<string, { key: Node; value: Node | null }>();
  private readonly document: JobDocument;
  private readonly prefix: string;

  constructor(document: JobDocument, map: YAMLMap, prefix = '') {
    this.document = document;
    this.prefix = prefix;
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue;
      this.nodes.set(String(key.value), { key, value: value as Node | null });
    }
  }

  /** Names that nobody reads. */
  unknown(known: readonly string[], note: JobDocument['problem']): void {
    for (const [name, { key }] of this.nodes) {
      if (known.includes(name)) continue;
      const similar = nearest(name, [...known]);
      const guess = similar === undefined ? '' : `; did you mean ${similar}?`;
      note(key, `${this.prefix}${name.slice(0, 60)} is no field${guess}`);
    }
  }

  has(name: string): boolean {
    return this.nodes.has(name);
  }

  node(name: string): Node | null | undefined {
    return this.nodes.get(name)?.value ?? this.nodes.get(name)?.key;
  }

  wrong(name: string, message: string): undefined {
    this.document.problem(this.node(name), `${this.prefix}${name} ${message}`);
    return undefined;
  }

  /** The value as JSON; undefined when the field is not there. */
  json(name: string): unknown {
    const value = this.nodes.get(name)?.value;
    return value === undefined || value === null ? undefined : plain(value);
  }

  text(name: string, most: number): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.json(name);
    if (typeof value === 'string' && value.length <= most && !value.includes('\0')) return value;
    return this.wrong(name, `is a text of at most ${most} characters`);
  }

  flag(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.json(name);
    return typeof value === 'boolean' ? value : this.wrong(name, 'is true or false');
  }

  whole(name: string, least: number, most: number): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.json(name);
    const fits = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
    return fits ? Number(value) : this.wrong(name, `is a whole number from ${least} to ${most}`);
  }

  choice<One extends string>(name: string, choices: readonly One[]): One | undefined {
    if (!this.has(name)) return undefined;
    const value = this.json(name);
    const found = choices.find((choice) => choice === value);
    return found ?? this.wrong(name, `is one of ${choices.join(', ')}`);
  }

  texts(name: string, most: number): string[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.json(name);
    const isList = Array.isArray(value) && value.length <= most;
    if (isList && value.every((one) => typeof one === 'string' && one.length <= 200)) {
      return value as string[];
    }
    return this.wrong(name, `is a list of at most ${most} texts`);
  }

  map(name: string): Reader | undefined {
    if (!this.has(name)) return undefined;
    const value = this.nodes.get(name)?.value;
    if (isMap(value)) return new Reader(this.document, value, `${this.prefix}${name}.`);
    return this.wrong(name, 'is a map');
  }

  /** The items of a list as nodes. */
  items(name: string): Node[] {
    const value = this.nodes.get(name)?.value;
    if (isSeq(value)) return value.items as Node[];
    if (this.has(name)) this.wrong(name, 'is a list');
    return [];
  }

  /** A reader of an item of a list. */
  item(name: string, node: Node): Reader | undefined {
    if (isMap(node)) return new Reader(this.document, node, `${this.prefix}${name}.`);
    return undefined;
  }
}

/** The value of a node without anchors and tags, which the document refuses. */
function plain(node: Node): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plain(item as Node));
  if (!isMap(node)) return null;
  return Object.fromEntries(
    node.items.map(({ key, value }) => [
      String(isScalar(key) ? key.value : ''),
      value === null ? null : plain(value as Node),
    ]),
  );
}

/** `m h dom mon dow` with its time zone, as schedules take it: seconds first. */
function cronOf(said: string, timezone: string, at: number): JobSchedule {
  const parts = said.trim().split(/\s+/);
  if (parts.length !== 5) {
    throw new AppError('invalid_input', `has ${parts.length} fields; a job file takes five`, {
      hint: 'minute hour day-of-month month day-of-week, such as "30 7 * * 1"',
    });
  }
  const cron = `0 ${parts.join(' ')}`;
  readLiveCron({ schedule: cron, timezone }, at);
  return { cron, timezone };
}

function schedulesOf(reader: Reader, document: JobDocument, at: number): JobSchedule[] {
  const timezone = reader.text('timezone', 100) ?? 'UTC';
  const found: JobSchedule[] = [];
  const add = (node: Node | null | undefined, said: unknown, zone: string): void => {
    try {
      found.push(cronOf(typeof said === 'string' ? said : '', zone, at));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      document.problem(node, `schedule: ${error.message} ${error.hint ?? ''}`.trim());
    }
  };
  if (reader.has('schedule') && reader.has('schedules')) {
    reader.wrong('schedules', 'and schedule are there; keep one of them');
  } else if (reader.has('schedule')) {
    add(reader.node('schedule'), reader.json('schedule'), timezone);
  }
  const items = reader.items('schedules');
  if (items.length > maxSchedules) reader.wrong('schedules', `has more than ${maxSchedules}`);
  for (const node of items.slice(0, maxSchedules)) {
    const each = reader.item('schedules', node);
    if (!each) {
      add(node, plain(node), timezone);
      continue;
    }
    each.unknown(['cron', 'timezone'], document.problem);
    add(each.node('cron') ?? node, each.json('cron'), each.text('timezone', 100) ?? timezone);
  }
  return found;
}

function servicesIn(reader: Reader, document: JobDocument): DeclaredServices | null {
  if (!reader.has('gateway-services')) return null;
  const block = reader.node('gateway-services');
  const { services, problems } = readServices(reader.json('gateway-services') ?? []);
  for (const { path, message } of problems) {
    const at = isMap(block) || isSeq(block) ? block.getIn([...path], true) : block;
    document.problem((at as Node | undefined) ?? block, `gateway-services: ${message}`);
  }
  return services;
}

function envOf(reader: Reader): Record<string, string> {
  const given = reader.has('env') ? (reader.json('env') ?? {}) : {};
  const env: Record<string, string> = {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    reader.wrong('env', 'is a map of texts');
    return env;
  }
  for (const [name, value] of Object.entries(given)) {
    if (!/^[A-Za-z_]\w{0,99}$/.test(name) || /^(?:WM|MILLRACE)_/.test(name)) {
      reader.wrong('env', `has the name ${JSON.stringify(name.slice(0, 40))}, which is not free`);
    } else if (secretName.test(name)) {
      reader.wrong('env', `has ${name}: no secret stands in a file; keep it in a variable`);
    } else if (!['string', 'number', 'boolean'].includes(typeof value)) {
      reader.wrong('env', `has ${name}, whose value is no text`);
    } else env[name] = String(value);
  }
  return env;
}

function codeIn(reader: Reader): Pick<JobFile, 'script' | 'entrypoint'> {
  const script = reader.text('script', 60_000) ?? null;
  const entrypoint = reader.text('entrypoint', 300) ?? null;
  if (reader.has('script') === reader.has('entrypoint')) {
    const message = reader.has('script')
      ? 'and entrypoint are there; keep one of them'
      : 'is missing: code as block text, or entrypoint, a path in the repository';
    reader.wrong('script', message);
  }
  if (entrypoint !== null && /^\/|(?:^|\/)\.\.(?:\/|$)|\\/.test(entrypoint)) {
    reader.wrong('entrypoint', 'is a path inside the repository');
  }
  return { script, entrypoint };
}

function nameIn(reader: Reader): string {
  const name = reader.text('name', 63);
  if (name !== undefined && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) return name;
  const rule = 'small letters, digits and single dashes, such as weekly-digest';
  if (name !== undefined || !reader.has('name')) {
    reader.wrong('name', `${reader.has('name') ? 'is no slug' : 'is missing'}: ${rule}`);
  }
  return '';
}

function retriesIn(reader: Reader, document: JobDocument): JobFile['retries'] {
  const map = reader.map('retries');
  if (!map) return null;
  map.unknown(['count', 'backoff'], document.problem);
  return { count: map.whole('count', 0, 20) ?? 0, backoffS: map.whole('backoff', 0, 86_400) ?? 0 };
}

function concurrencyIn(reader: Reader, document: JobDocument): JobFile['concurrency'] {
  const map = reader.map('concurrency');
  if (!map) return null;
  map.unknown(['key', 'limit', 'policy'], document.problem);
  return {
    key: map.text('key', 200) ?? '',
    limit: map.whole('limit', 1, 1000) ?? 1,
    policy: map.choice('policy', concurrencyPolicies) ?? 'queue',
  };
}

function eventsIn(reader: Reader): JobFile['on'] {
  const given = reader.has('on') ? reader.json('on') : [];
  const listed: unknown[] = Array.isArray(given) ? given : [given];
  const known = listed.filter((one): one is JobFile['on'][number] =>
    jobEvents.some((event) => event === one),
  );
  if (known.length < listed.length) {
    reader.wrong('on', `is a list of ${jobEvents.join(', ')}; times stand in schedule`);
  }
  return known;
}

function argsIn(reader: Reader): Record<string, unknown> {
  const given = reader.has('args') ? (reader.json('args') ?? {}) : {};
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    return given as Record<string, unknown>;
  }
  reader.wrong('args', 'is a map of arguments by name');
  return {};
}

/**
 * `lax` makes unknown fields warnings. `at`, epoch milliseconds: a schedule that never comes after
 * it is a problem.
 */
export function readJobFile(text: string, { lax, at }: { lax: boolean; at: number }): ReadJobFile {
  const document = readDocument(text);
  const { root, problems, warnings } = document;
  if (!root) return { job: null, problems, warnings };
  const reader = new Reader(document, root);
  reader.unknown(fields, lax ? document.warning : document.problem);
  const job: Record<keyof JobFile, unknown> & JobFile = {
    version: reader.whole('version', 1, 1) ?? 1,
    name: nameIn(reader),
    description: reader.text('description', 5_000) ?? '',
    enabled: reader.flag('enabled') ?? true,
    schedules: schedulesOf(reader, document, at),
    on: eventsIn(reader),
    services: servicesIn(reader, document),
    gatewayInstance: reader.text('gateway-instance', 63) ?? null,
    runAs: reader.choice('run-as', runAsModes) ?? 'owner',
    language: reader.choice('language', jobLanguages) ?? 'python',
    ...codeIn(reader),
    args: argsIn(reader),
    env: envOf(reader),
    timeoutS: reader.whole('timeout', 1, 604_800) ?? null,
    retries: retriesIn(reader, document),
    concurrency: concurrencyIn(reader, document),
    onFailure: reader.text('on_failure', 300) ?? null,
    tags: reader.texts('tags', 20) ?? [],
    requirements: reader.texts('requirements', 200) ?? [],
  };
  const inOrder = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { job: problems.length > 0 ? null : job, problems: inOrder, warnings };
}

export type { Field as JobFileField };
