export { createRunArguments } from './arguments.ts';
export { createAgentStep } from './agent-step.ts';
export { createBundles } from './bundles.ts';
export { type Completer, createCompleter } from './completer.ts';
export { createJobSecrets, type JobSecrets } from './job-secrets.ts';
export { workerOperations } from './operations/index.ts';
export { createRescuer } from './rescuer.ts';
export { createJobRunner } from './runner.ts';
export { cancelElsewhere, createWorker, type Worker } from './worker.ts';
