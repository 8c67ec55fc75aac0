// An npm registry for tests: packages made of a few files, served on this machine, with what
// hostile or broken ones do. Owns its server; close it.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface FakePackage {
  name: string;
  version: string;
  files: Record<string, string>;
  /** Further keys of package.json: dependencies, exports, scripts. */
  manifest?: Record<string, unknown>;
}

interface Published {
  manifest: Record<string, unknown>;
  tarball: Buffer;
}

export interface FakeRegistry {
  url: string;
  /** Paths that were asked for. */
  asked: string[];
  /** Set: only requests with this token are answered. */
  token: string | null;
  /** Set: requests hang. */
  hangs: boolean;
  publish(made: FakePackage): Promise<void>;
  close(): Promise<void>;
}

async function tarballOf({ files, ...made }: FakePackage): Promise<Published> {
  const manifest = { name: made.name, version: made.version, ...made.manifest };
  const archive = pack();
  archive.entry({ name: 'package/package.json' }, JSON.stringify(manifest));
  for (const [name, text] of Object.entries(files))
    archive.entry({ name: `package/${name}` }, text);
  archive.finalize();
  return { manifest, tarball: gzipSync(await buffer(archive)) };
}

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const packages = new Map<string, Map<string, Published>>();

  function packument(name: string, versions: Map<string, Published>): object {
    const described = [...versions].map(([version, { manifest, tarball }]) => {
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
      const address = `${registry.url}/-/${encodeURIComponent(name)}/${version}.tgz`;
      return [version, { ...manifest, dist: { tarball: address, integrity } }];
    });
    const latest = [...versions.keys()].at(-1);
    return { name, 'dist-tags': { latest }, versions: Object.fromEntries(described) };
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    registry.asked.push(path);
    if (registry.hangs) return;
    const { token } = registry;
    if (token !== null && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    const [, name = path, version] = /^-\/(.+)\/([^/]+)\.tgz$/.exec(path) ?? [];
    const versions = packages.get(name);
    const tarball = version === undefined ? undefined : versions?.get(version)?.tarball;
    if (tarball) response.end(tarball);
    else if (versions && version === undefined)
      response.end(JSON.stringify(packument(name, versions)));
    else response.writeHead(404).end('{}');
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const registry: FakeRegistry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    token: null,
    hangs: false,
    async publish(made) {
      const versions = packages.get(made.name) ?? new Map<string, Published>();
      packages.set(made.name, versions.set(made.version, await tarballOf(made)));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return registry;
}
