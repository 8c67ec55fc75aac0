// The corpus: flows as people write them, each with what it has to give. Whoever runs it brings
// the server and may do to it in between what a flow has to survive.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

type Json = Record<string, any>;

export interface CorpusFlow {
  /** Name of the file, and of the flow below `f/corpus`. */
  name: string;
  about: string;
  /** What it needs beside the scripts below: flows by path, variables, resources. */
  given?: { flows?: Record<string, Json>; variables?: Json[]; resources?: Json[] };
  flow: { summary: string; value: Json; schema?: Json };
  args: Json;
  /** Answers to its approvals, in order; absent for flows that wait for nobody. */
  resumes?: { approved: boolean; payload?: unknown }[];
  /** Once it is over it is run again from there, with the same end. */
  restart?: Json;
  /**
   * `error`: a pattern that the message of the error has. `orLost`: that of the error instead,
   * where its worker was killed.
   */
  expect: {
    success: boolean;
    result?: unknown;
    error?: string;
    skipped?: boolean;
    orLost?: string;
  };
}

const scripts: Record<string, string> = {
  give: 'export const main = (value: unknown) => value',
  add: 'export const main = (a: any, b: any) => a + b',
  sum: 'export const main = (values: number[]) => values.reduce((sum, n) => sum + n, 0)',
  count: 'export const main = (values: object) => Object.keys(values).length',
  odd: `export function main(n: number) {
    if (n % 2 === 0) throw new RangeError(n + ' is even');
    return n;
  }`,
  fail: 'export const main = (message: string) => { throw new RangeError(message) }',
  forever: 'export const main = () => new Promise(() => setInterval(() => {}, 1000))',
};

/** Every file, by name. */
export function readCorpus(): CorpusFlow[] {
  return globSync('corpus/*.json', { cwd: import.meta.dirname })
    .toSorted()
    .map((file) => ({
      name: basename(file, '.json'),
      ...JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')),
    }));
}

/** Calls of one server, as an admin of its workspace. */
export interface CorpusClient {
  /** `POST /api/op/<name>`; answers the body, and throws unless it went well. */
  op(name: string, input: unknown): Promise<any>;
  /** Windmill's REST below the workspace; answers the text, and throws unless it went well. */
  send(path: string, body?: unknown): Promise<string>;
}

export function corpusClient(origin: string, token: string): CorpusClient {
  async function request(path: string, body?: unknown): Promise<string> {
    const response = await fetch(origin + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${response.status} ${text}`);
    return text;
  }
  return {
    op: async (name, input) => JSON.parse(await request(`/api/op/${name}?workspace=test`, input)),
    send: (path, body) => request(`/api/w/test/${path}`, body),
  };
}

/** Deploys the scripts, what the flows need, and the flows. */
export async function deployCorpus(client: CorpusClient, flows: CorpusFlow[]): Promise<void> {
  await client.op('folders.create', { name: 'corpus' });
  await Promise.all(
    Object.entries(scripts).map(([name, content]) =>
      client.op('scripts.create', { path: `f/corpus/${name}`, language: 'bun', content }),
    ),
  );
  for (const { given = {} } of flows) {
    for (const variable of given.variables ?? []) await client.op('variables.create', variable);
    for (const resource of given.resources ?? []) await client.op('resources.create', resource);
    for (const [path, flow] of Object.entries(given.flows ?? {})) {
      await client.op('flows.create', { path, ...flow });
    }
  }
  for (const { name, flow } of flows) {
    await client.send('flows/create', { path: `f/corpus/${name}`, description: '', ...flow });
  }
}

/** Starts a flow as a webhook does; answers the id of its job. */
export function startCorpusFlow(client: CorpusClient, { name, args }: CorpusFlow): Promise<string> {
  return client.send(`jobs/run/f/f/corpus/${name}`, args);
}

/** Gives the answers that the flow waits for, one after the other. */
async function answer(client: CorpusClient, { resumes = [] }: CorpusFlow, id: string) {
  let answered = -1;
  for (const resume of resumes) {
    let job: Json = {};
    for (;;) {
      job = JSON.parse(await client.send(`jobs_u/get/${id}`));
      const { step, modules } = job['flow_status'];
      if (job['type'] === 'CompletedJob') return;
      if (step > answered && modules[step]?.type === 'WaitingForEvents') {
        answered = step;
        break;
      }
      await client.send(`jobs_u/getupdate/${id}?running=true`);
    }
    await client.send(`jobs_u/flow/resume_suspended/${id}`, resume);
  }
}

/** Waits for the end, and checks that the flow gave what it has to give. */
export async function checkCorpusFlow(
  client: CorpusClient,
  flow: CorpusFlow,
  { id, killed = false }: { id: string; killed?: boolean },
): Promise<void> {
  const { name, expect } = flow;
  await answer(client, flow, id);
  let done = false;
  while (!done) ({ done } = await client.op('jobs.wait', { id, waitMs: 60_000 }));
  const job: Json = JSON.parse(await client.send(`jobs_u/get/${id}`));
  const { success, result, is_skipped: skipped } = job;
  const about = `${name}: ${JSON.stringify(result)}`;
  if (killed && !success && expect.orLost !== undefined) {
    assert.match(result.error.message, new RegExp(expect.orLost), about);
    return;
  }
  assert.equal(success, expect.success, about);
  if ('result' in expect) assert.deepEqual(result, expect.result, about);
  if (expect.error !== undefined)
    assert.match(result.error.message, new RegExp(expect.error), about);
  assert.equal(skipped, expect.skipped ?? false, about);
  const running = await client.op('jobs.listQueue', { parentJob: id, perPage: 1 });
  assert.deepEqual(running, [], `${name} is over, and something of it is not`);
  if (flow.restart === undefined) return;
  const { restart, ...again } = flow;
  const next = await client.send(`jobs/restart/f/${id}`, restart);
  await checkCorpusFlow(client, again, { id: next, killed });
}
