// A small Windmill of the test's own: the routes by which a gateway verifies a job, over what the
// test puts into it, with switches for everything that can go wrong. Its tokens are JWTs that only
// it can check, as Windmill's are.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId, systemClock } from '../../src/base/index.ts';

type Json = Record<string, any>;

export type Fault = 'down' | 'hangs' | 'redirects' | 'huge' | 'nonsense' | 'wrong shape';

export interface Windmill {
  origin: string;
  workspace: string;
  /** By username. */
  people: Map<string, Json>;
  jobs: Map<string, Json>;
  flows: Map<string, Json>;
  scripts: Map<string, Json>;
  schedules: Map<string, Json>;
  /** What was asked, in order. */
  asked: string[];
  fault: Fault | undefined;
  /** Adds a running flow with one step, and answers the step's token. */
  run(wanted: { path: string; as: string; root?: Json; step?: Json; claims?: Json }): {
    token: string;
    step: string;
    root: string;
  };
  /** A token that says this, signed unless `key` is another. */
  sign(claims: Json, key?: string): string;
  stop(): Promise<void>;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startWindmill(workspace = 'prod'): Promise<Windmill> {
  const key = newId();
  const people: Windmill['people'] = new Map();
  const jobs: Windmill['jobs'] = new Map();
  const flows: Windmill['flows'] = new Map();
  const scripts: Windmill['scripts'] = new Map();
  const schedules: Windmill['schedules'] = new Map();
  const asked: string[] = [];

  const sign: Windmill['sign'] = (claims, by = key) => {
    const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `jwt_${body}.${createHmac('sha256', by).update(body).digest('base64url')}`;
  };

  /** The claims of a token that is this server's; expired ones too late by more than a minute. */
  function holderOf({ headers }: IncomingMessage): Json | undefined {
    const token = (headers.authorization ?? '').replace(/^Bearer /, '');
    const [head, payload = '', signature] = token.replace(/^jwt_/, '').split('.');
    const right = createHmac('sha256', key).update(`${head}.${payload}`).digest('base64url');
    if (signature !== right) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return claims.exp + 60 < systemClock.now() / 1000 ? undefined : claims;
  }

  function answer(path: string, claims: Json | undefined): Json | string | number {
    const person = claims && people.get(claims['username']);
    if (path === '/version') return 'stand-in';
    if (path === '/users/whoami') return person ?? 401;
    const [, space, rest = ''] = /^\/w\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (space !== workspace) return 404;
    const name = decodeURIComponent(/[^/]+$/.exec(rest)?.[0] ?? '');
    if (rest === 'users/whoami') {
      return claims?.['workspace_id'] === workspace ? (person ?? 401) : 401;
    }
    // Windmill answers some of these without a token as well.
    if (rest.startsWith('jobs_u/get/')) return jobs.get(name) ?? 404;
    if (rest.startsWith('jobs_u/get_root_job_id/')) {
      let job = jobs.get(name);
      while (job?.['is_flow_step'] && job['parent_job']) job = jobs.get(job['parent_job']);
      return job ? JSON.stringify(job['id']) : 404;
    }
    if (!claims) return 401;
    if (rest.startsWith('users/username_to_email/')) return people.get(name)?.['email'] ?? 404;
    const inside = decodeURIComponent(rest);
    if (inside.startsWith('flows/get/')) return flows.get(inside.slice(10)) ?? 404;
    if (inside.startsWith('scripts/get/h/')) return scripts.get(inside.slice(14)) ?? 404;
    if (inside.startsWith('schedules/get/')) return schedules.get(inside.slice(14)) ?? 404;
    return 404;
  }

  function broken(fault: Fault, response: ServerResponse): void {
    switch (fault) {
      case 'down':
        return void response.socket?.destroy();
      case 'hangs':
        return undefined;
      case 'redirects':
        return void response.writeHead(302, { location: '/api/elsewhere' }).end();
      case 'huge':
        return void response.end(JSON.stringify({ email: 'x'.repeat(2_000_000) }));
      case 'nonsense':
        return void response.end('<html>');
      case 'wrong shape':
        return void response.end('{"email": 7}');
    }
  }

  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').replace(/^\/api/, '').split('?', 1);
    asked.push(path);
    if (found.fault) return broken(found.fault, response);
    const said = answer(path, holderOf(request));
    if (typeof said === 'number') response.writeHead(said).end();
    else if (typeof said === 'string') response.end(said);
    else response.end(JSON.stringify(said));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const found: Windmill = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    workspace,
    people,
    jobs,
    flows,
    scripts,
    schedules,
    asked,
    fault: undefined,
    sign,
    run({ path, as, root: more = {}, step = {}, claims = {} }) {
      const person = people.get(as) ?? {};
      const now = new Date(systemClock.now()).toISOString();
      const common = {
        type: 'QueuedJob',
        running: true,
        canceled: false,
        created_by: as,
        email: person['email'],
        permissioned_as: `u/${as}`,
        workspace_id: workspace,
        created_at: now,
        started_at: now,
      };
      const root = { id: newId(), job_kind: 'flow', script_path: path, ...common, ...more };
      const inner = {
        id: newId(),
        job_kind: 'flowscript',
        is_flow_step: true,
        parent_job: root.id,
        ...common,
        email: root.email,
        permissioned_as: root.permissioned_as,
        ...step,
      };
      jobs.set(root.id, root);
      jobs.set(inner.id, inner);
      const token = sign({
        email: person['email'],
        username: as,
        is_admin: false,
        label: 'ephemeral-script',
        workspace_id: workspace,
        job_id: inner.id,
        exp: Math.floor(systemClock.now() / 1000) + 600,
        ...claims,
      });
      return { token, step: inner.id, root: root.id };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return found;
}
