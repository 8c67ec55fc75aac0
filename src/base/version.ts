// The product's version, from package.json: one number for /health, the command line and MCP.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

export const version: string = manifest.version;
