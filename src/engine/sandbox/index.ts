export { privateFolder } from './bubblewrap.ts';
export { type OpenSandboxOptions, openSandbox } from './open.ts';
export type { Sandbox, SandboxCommand, SandboxKind, WrappedCommand } from './sandbox.ts';
export { makeTemporaryFolder, type TemporaryFolder } from './temporary.ts';
