// The program behind store-child.ts: opens the store that its argument describes, says so in one
// line of JSON, and closes it when its input ends.
import { AppError, createLog, systemClock } from '../../src/base/index.ts';
import { openStore, type StoreRole } from '../../src/store/index.ts';

interface Wanted {
  dataFolder: string;
  databaseUrl?: string;
  role?: StoreRole;
}

const { dataFolder, databaseUrl, role = 'server' } = JSON.parse(process.argv[2] ?? '{}') as Wanted;

function say(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

try {
  const store = await openStore({
    config: { dataFolder, databaseUrl },
    log: createLog('error'),
    clock: systemClock,
    role,
  });
  say({ opened: true });
  process.stdin.on('end', () => void store.close().then(() => process.exit(0)));
  process.stdin.resume();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  say({ opened: false, code: error.code, message: error.message, hint: error.hint });
}
