// `import(name)` and `require("./" + name)`: what they mean is known only when they run. esbuild
// takes a computed relative path for a pattern and would put every matching file of the server's
// disk into the bundle; so they are hidden from it and left to the runner's own import.
import type { Node, ParseResult } from 'oxc-parser';

/** Stands for `import` in a bundle; `functionBody` says what it is. */
export const computedImport = '__millraceImport';

interface Edit {
  at: number;
  length: number;
  text: string;
}

function isLiteral(text: string): boolean {
  return /^(["'])(?:(?!\1)[^\\\n])*\1$/.test(text);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Calls of `require` with anything but one string, found without recursion. */
function requireEdits({ program }: ParseResult, content: string): Edit[] {
  const edits: Edit[] = [];
  const open: unknown[] = [program];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) {
      // Not `push(...value)`: a literal of 200,000 items would overflow the stack.
      for (const item of value) open.push(item);
      continue;
    }
    if (!isNode(value)) continue;
    if (value.type === 'CallExpression' && value.callee.type === 'Identifier') {
      const { callee, arguments: given } = value;
      const [first] = given;
      const literal = first && isLiteral(content.slice(first.start, first.end));
      if (callee.name === 'require' && !literal) {
        // The same call, whatever `require` is here, but none that esbuild looks into.
        edits.push({ at: callee.end, length: 0, text: '.call' });
        if (first) edits.push({ at: first.start, length: 0, text: 'void 0, ' });
      }
    }
    for (const child of Object.values(value)) {
      if (typeof child === 'object' && child !== null) open.push(child);
    }
  }
  return edits;
}

/** The source with its computed imports hidden; lines stay where they are. */
export function hideComputedImports(parsed: ParseResult, content: string): string {
  const edits: Edit[] = [];
  for (const { start, moduleRequest } of parsed.module.dynamicImports) {
    if (isLiteral(content.slice(moduleRequest.start, moduleRequest.end))) continue;
    edits.push({ at: start, length: 'import'.length, text: computedImport });
  }
  // An identifier may be written with escapes. Only then, or with the word itself, is there a call.
  if (/require|\\u/.test(content)) edits.push(...requireEdits(parsed, content));
  edits.sort((left, right) => left.at - right.at);
  const parts: string[] = [];
  let done = 0;
  for (const { at, length, text } of edits) {
    parts.push(content.slice(done, at), text);
    done = at + length;
  }
  return parts.length === 0 ? content : parts.join('') + content.slice(done);
}
