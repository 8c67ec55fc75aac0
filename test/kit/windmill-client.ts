// The published package windmill-client in this process: all its generated methods, and a check
// of what was sent and answered against the types that the package itself declares.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folders.ts';
import { installedPackage } from './npm-package.ts';

const integrity =
  'sha512-urirAkKRdCYAFeqS2GUbmD8NcgpP2V2/hoeQ1b6ZlDloSroPu704OjemPdWNOi39BKrvS7xoBs8xFH7u12S8tg==';

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** One method of a generated class. */
export interface Method {
  service: string;
  name: string;
  /** Names of its declared types; undefined when it takes nothing. */
  takes: string | undefined;
  answers: string;
}

/** One call that was made. */
export interface Called {
  method: Method;
  sent: unknown;
  answer: unknown;
}

export interface WindmillClient {
  methods: readonly Method[];
  /** Whose calls they are from now on. */
  as(token: string): void;
  /** Calls `Service.method`; throws what the server said, its status first. */
  call(method: Method, sent: unknown): Promise<any>;
  /**
   * What tsc says against the calls, a line each, beginning with the method. `instead`: other
   * types of answers, by method, over the package's as `t`.
   */
  typeErrors(
    calls: readonly Called[],
    instead: Readonly<Record<string, string>>,
  ): Promise<string[]>;
}

function methodsOf(declarations: string): Method[] {
  const found: Method[] = [];
  let service = '';
  for (const line of declarations.split('\n')) {
    service = /^export declare class (\w+)/.exec(line)?.[1] ?? service;
    const [, name, data, answers] =
      /^ {4}static (\w+)\((?:data\??: (\w+))?\): CancelablePromise<(\w+)>;$/.exec(line) ?? [];
    if (name && answers) found.push({ service, name, takes: data, answers });
  }
  return found;
}

const json = (value: unknown): string =>
  value === undefined ? 'undefined' : JSON.stringify(value);

/** One constant a line, so that the line of an error names the call. */
function linesOf(calls: readonly Called[], instead: Readonly<Record<string, string>>): string[] {
  return calls.flatMap(({ method: { name, takes, answers }, sent, answer }, at) => {
    const sentType = instead[`${name} takes`] ?? `Omit<t.${takes}, 'workspace'>`;
    const answerType = instead[name] ?? `t.${answers}`;
    return [
      takes ? `export const sent${at}: ${sentType} = ${json(sent)};` : '',
      `export const answer${at}: ${answerType} = ${json(answer)};`,
    ];
  });
}

function compile(file: string): Promise<string> {
  const flags = '--ignoreConfig --noEmit --strict --skipLibCheck --pretty false';
  const kind = '--target esnext --module preserve --types';
  const args = [tsc, ...flags.split(' '), ...kind.split(' '), '', file];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 50e6 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

/** The client of one server; there is one in a process. */
export function openWindmillClient(origin: string, token: string): WindmillClient {
  const home = installedPackage({ name: 'windmill-client', version: '1.818.0', integrity });
  const client = createRequire(import.meta.url)(home);
  client.OpenAPI.BASE = `${origin}/api`;
  client.OpenAPI.TOKEN = token;
  return {
    methods: methodsOf(readFileSync(join(home, 'dist', 'services.gen.d.ts'), 'utf8')),
    as: (other) => void (client.OpenAPI.TOKEN = other),
    async call({ service, name }, sent) {
      try {
        return await client[service][name](sent);
      } catch (error) {
        const { status, body } = error as { status: number; body: unknown };
        const said = typeof body === 'string' ? body : JSON.stringify(body);
        throw new Error(`${status} ${said}`, { cause: error });
      }
    },
    async typeErrors(calls, instead) {
      const { path, remove } = temporaryFolder();
      try {
        const file = join(path, 'calls.ts');
        const types = join(home, 'dist', 'types.gen');
        const head = `import type * as t from ${JSON.stringify(types)};`;
        writeFileSync(file, [head, ...linesOf(calls, instead)].join('\n'));
        const out = await compile(file);
        const lines = out.split('\n').flatMap((line) => {
          const at = /^\S*calls\.ts\((\d+),\d+\): (.*)$/.exec(line);
          if (!at) return line.trim() === '' ? [] : [`  ${line.trim()}`];
          const called = calls[Math.floor((Number(at[1]) - 2) / 2)];
          const part = Number(at[1]) % 2 === 0 ? 'takes' : 'answers';
          return [`${called?.method.service}.${called?.method.name} ${part}: ${at[2]}`];
        });
        return [...new Set(lines)];
      } finally {
        remove();
      }
    },
  };
}
