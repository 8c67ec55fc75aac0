export type {
  Killed,
  LanguageStatus,
  RunLanguage,
  RunLanguage as Language,
  RunLimits,
  RunnersStatus,
  RunOutcome,
  RunRequest,
  Runners,
} from './runner.ts';
export { createRunners, type RunnersOptions } from './runners.ts';
export { resultStreamOf, streamLine } from './stream-lines.ts';
