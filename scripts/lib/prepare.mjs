// What an installation does once, so that the first start is as fast as the later ones: the sources
// are compiled into the cache and an empty database is made to copy from. Runs on Node 24.
import module from 'node:module';
import { keepCompiled } from './node24.mjs';

keepCompiled();
const { prepareClusters } = await import('../../src/store/index.ts');
await Promise.all([
  prepareClusters(),
  import('../../src/surface/cli/index.ts'),
  import('../../src/server.ts'),
]);
module.flushCompileCache();
process.exit(0);
