export { saveBundle } from './deploy.ts';
export { createScriptEnvs, type EnvsOf } from './envs.ts';
export {
  actorOf,
  type OnBehalf,
  onBehalfColumns,
  onBehalfIn,
  type OnBehalfDeps,
  settleOnBehalf,
} from './on-behalf.ts';
export { scriptOperations } from './operations/index.ts';
export { policyOf, refinePolicy, type RunPolicy, runPolicy } from './policy.ts';
export type { LocalScripts } from './local.ts';
export { sampleScript } from './sample.ts';
export {
  itemPath,
  language,
  type Language,
  languages,
  localScripts,
  pathProblem,
  scriptContent,
  scriptHash,
} from './script.ts';
export { selectBundle } from './scripts.sql.ts';
export { createScripts, type Runnable, type RunnableTool, type Scripts } from './scripts.ts';
