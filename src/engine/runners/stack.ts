// Stack traces in terms of the script: frames of the bundle are mapped by its inline source map
// where it has one, frames of the harness are left out. Pure.
import { SourceMap } from 'node:module';

// Deno says `script.js, <anonymous>` for code that was compiled from text.
const frame = /script\.js(?:, <anonymous>)?:(\d+):(\d+)/;
// `new AsyncFunction` puts the parameter list on lines of its own in front of the code.
const headerLines = 2;
const inlineMap = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)/;

function sourceMapOf(code: string): SourceMap | undefined {
  const encoded = inlineMap.exec(code)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Rewrites `script.js:line:column` to the place in the source; never throws. */
export function mapStack(stack: string, code: string): string {
  const map = sourceMapOf(code);
  return stack
    .split('\n')
    .filter((line) => !/\/harness\/(javascript|platform|keeper|values)\.mjs/.test(line))
    .map((line) =>
      line.replace(frame, (_all, lineText: string, columnText: string) => {
        const row = Math.max(1, Number(lineText) - headerLines);
        const entry = map?.findEntry(row - 1, Number(columnText) - 1);
        if (entry === undefined || !('originalSource' in entry))
          return `script.js:${row}:${columnText}`;
        return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
      }),
    )
    .join('\n');
}
