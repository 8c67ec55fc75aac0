// A real git repository behind git's own HTTP server, and commits into it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface GitServer {
  /** Of the repository, to clone. */
  url: string;
  /** From now on only who has it may read. */
  secret: string | undefined;
  /** Writes files (null: removes one) and pushes; answers the commit. */
  commit(files: Record<string, string | null>): string;
  /** Pushes what stands as this branch, too. */
  branch(name: string): void;
  stop(): Promise<void>;
}

function git(folder: string, ...argv: string[]): string {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'ann',
    GIT_AUTHOR_EMAIL: 'ann@example.com',
    GIT_COMMITTER_NAME: 'ann',
    GIT_COMMITTER_EMAIL: 'ann@example.com',
  };
  const done = spawnSync('git', ['-C', folder, ...argv], { encoding: 'utf8', env });
  if (done.status !== 0) throw new Error(`git ${argv.join(' ')}: ${done.stderr}`);
  return done.stdout.trim();
}

/** One request by CGI (RFC 3875), as git's documentation sets it up. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const env = {
    PATH: process.env['PATH'] ?? '',
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: url.pathname,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.once('close', () => {
    const all = Buffer.concat(parts);
    const end = all.indexOf('\r\n\r\n');
    for (const line of all.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') response.statusCode = Number(value.slice(0, 3));
      else response.setHeader(name, value);
    }
    response.end(all.subarray(end + 4));
  });
}

export async function startGit(): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-git-'));
  const work = join(root, 'work');
  mkdirSync(work);
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', 'jobs.git');
  git(work, 'init', '--quiet', '--initial-branch=main');
  const server = createServer((request, response) => {
    const basic = Buffer.from(`x-access-token:${self.secret}`).toString('base64');
    if (self.secret === undefined || request.headers.authorization === `Basic ${basic}`) {
      return backend(root, request, response);
    }
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' });
    return response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: GitServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jobs.git`,
    secret: undefined,
    commit(files) {
      for (const [path, content] of Object.entries(files)) {
        const place = join(work, path);
        mkdirSync(dirname(place), { recursive: true });
        if (content === null) rmSync(place);
        else writeFileSync(place, content);
      }
      git(work, 'add', '--all');
      git(work, 'commit', '--quiet', '--message', 'change');
      git(work, 'push', '--quiet', join(root, 'jobs.git'), 'main');
      return git(work, 'rev-parse', 'HEAD');
    },
    branch(name) {
      git(work, 'push', '--quiet', join(root, 'jobs.git'), `main:${name}`);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true });
    },
  };
  return self;
}
