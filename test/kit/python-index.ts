// A package index for Python tests: wheels that the test makes, served on this machine in the form
// of PEP 503. Owns its server; close it.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Wheel {
  /** As it is published: `test-greet`. */
  name: string;
  version: string;
  /** Files by their path below the packages folder. */
  files: Record<string, string>;
  requires?: string[];
}

export interface PythonIndex {
  /** For PIP_INDEX_URL. */
  url: string;
  /** Paths that were asked for. */
  asked: string[];
  publish(wheel: Wheel): void;
  close(): Promise<void>;
}

/** Zips what stands on standard input as `{path: text}`, with the list that a wheel ends with. */
const zip = `
import base64, hashlib, io, json, sys, zipfile
files, record = json.load(sys.stdin), ""
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as archive:
    for path, text in files.items():
        data = text.encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(data)}\\n"
        archive.writestr(path, data)
    folder = next(path.split("/")[0] for path in files if path.endswith(".dist-info/METADATA"))
    archive.writestr(f"{folder}/RECORD", record + f"{folder}/RECORD,,\\n")
sys.stdout.buffer.write(out.getvalue())
`;

function wheelOf({ name, version, files, requires = [] }: Wheel): { file: string; data: Buffer } {
  const stem = `${name.replaceAll('-', '_')}-${version}`;
  const metadata = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    ...requires.map((one) => `Requires-Dist: ${one}`),
    '',
  ].join('\n');
  const tags = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
  const all = {
    ...files,
    [`${stem}.dist-info/METADATA`]: metadata,
    [`${stem}.dist-info/WHEEL`]: tags,
  };
  const options = { input: JSON.stringify(all), maxBuffer: 64 * 1024 * 1024 };
  const data = execFileSync('/usr/bin/python3', ['-I', '-c', zip], options);
  return { file: `${stem}-py3-none-any.whl`, data };
}

export async function startPythonIndex(): Promise<PythonIndex> {
  const wheels = new Map<string, { name: string; data: Buffer }>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const file = wheels.get(path.slice('/files/'.length));
    const [, name] = /^\/simple\/([^/]+)\/$/.exec(path) ?? [];
    if (path.startsWith('/files/') && file) {
      response.end(file.data);
      return;
    }
    const links = [...wheels]
      .filter(([, wheel]) => wheel.name === name)
      .map(([wheel]) => `<a href="/files/${wheel}">${wheel}</a>`);
    response.writeHead(links.length > 0 ? 200 : 404, { 'content-type': 'text/html' });
    response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`,
    asked,
    publish(wheel) {
      const { file, data } = wheelOf(wheel);
      wheels.set(file, { name: wheel.name, data });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
