// `npm start`: installs what is missing, then becomes `millrace start` with the same options.
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';
import { goOn, refuseOldNode } from './lib/node24.mjs';

refuseOldNode();
ensureInstalled({ dev: false });
const millrace = fileURLToPath(new URL('../bin/millrace.mjs', import.meta.url));
await goOn(millrace, ['start', ...process.argv.slice(2)]);
