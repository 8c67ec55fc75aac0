export { markdownToAdf } from './from-markdown.ts';
export { adfToMarkdown, isAdf } from './to-markdown.ts';
