export { type Batcher, createBatcher } from './batch.ts';
export { type Clock, monotonicMs, systemClock } from './clock.ts';
export { type ClientConfig, type Config, readClientConfig, readConfig } from './config.ts';
export {
  AppError,
  type AppErrorOptions,
  type ErrorCode,
  messageOf,
  notFound,
  statusOfCode,
} from './errors.ts';
export { isUuid, newId, newSecret, sameSecret, sha256 } from './id.ts';
export { judged } from './json-schema.ts';
export { createLog, type Log, type LogLevel, type RootLog } from './log.ts';
export { createRanking, type Ranking } from './ranking.ts';
export { createSlowTick, type SlowLook, type SlowTick, slowTickMs } from './slow-tick.ts';
export { createRate, type Rate } from './rate.ts';
export { canonicalJson, cutBytes, maskSecrets, nearest } from './text.ts';
export { version } from './version.ts';
