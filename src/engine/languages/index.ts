export type { AppBuilder } from './app-builder.ts';
export { type Builder, type BuildRequest, type Built, createBuilder } from './builder.ts';
export { createEsbuild, type Esbuild } from './esbuild-service.ts';
export { inferSignature } from './infer.ts';
export { findProgram, neededProgram, type ToolLanguage } from './programs.ts';
export { type JsonSchema, mergeSchema } from './schema.ts';
export type { Language, Signature } from './signature.ts';
