export { compilePattern } from './custom.ts';
export { loadScanner } from './load.ts';
export { createNameIndex, isName, looksLikeName, type NameIndex } from './names.ts';
export type { FieldSense, Scanner } from './scan.ts';
