export type {
  Asked,
  Library,
  PromptEntry,
  PromptMessage,
  ResourceEntry,
  TemplateEntry,
  Typed,
} from './library.ts';
export { createEverywhere } from './everywhere.ts';
export { createLibrary } from './own.ts';
