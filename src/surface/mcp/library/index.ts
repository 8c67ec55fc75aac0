export type {
  Asked,
  Library,
  PromptEntry,
  PromptMessage,
  ResourceEntry,
  TemplateEntry,
  Typed,
} from './library.ts';
export { createLibrary } from './own.ts';
