// From an esbuild bundle (an ES module) to the body of `async function (__host)`: the form that a
// warm process compiles once and calls anew for each run, so that every run has its own modules.
// Works on the parser's module record alone; the tree of a 1 MB bundle is never built.
import {
  parseSync,
  type StaticExport,
  type StaticExportEntry,
  type StaticImport,
} from 'oxc-parser';
import { AppError } from '../../base/index.ts';
import { computedImport } from './computed-imports.ts';

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A name that occurs nowhere in `code`. */
function freeName(code: string, wanted: string): string {
  let name = wanted;
  for (let count = 2; code.includes(name); count += 1) name = `${wanted}${count}`;
  return name;
}

/** `const ns = await host.import("node:fs");` for each built-in, once however often imported. */
class Imports {
  readonly #names = new Map<string, string>();
  readonly #lines: string[] = [];
  readonly #host: string;
  readonly #prefix: string;

  constructor(host: string, prefix: string) {
    this.#host = host;
    this.#prefix = prefix;
  }

  namespace(specifier: string): string {
    const known = this.#names.get(specifier);
    if (known !== undefined) return known;
    const name = `${this.#prefix}${this.#names.size}`;
    this.#names.set(specifier, name);
    this.#lines.push(`const ${name} = await ${this.#host}.import(${JSON.stringify(specifier)});`);
    return name;
  }

  bind({ moduleRequest, entries }: StaticImport): void {
    const from = this.namespace(moduleRequest.value);
    for (const { importName, localName } of entries) {
      const kind = importName.kind as string;
      const value =
        kind === 'NamespaceObject'
          ? from
          : `${from}[${JSON.stringify(kind === 'Default' ? 'default' : importName.name)}]`;
      this.#lines.push(`const ${localName.value} = ${value};`);
    }
  }

  /** All on one line, so that the lines of the bundle keep their numbers. */
  text(): string {
    return this.#lines.join(' ');
  }
}

/** `export { … };` closes the bundle: esbuild writes one clause, and nothing after it. */
function exportClause(code: string): { start: number; end: number } {
  const at = code.lastIndexOf('\nexport {');
  return { start: at === -1 && code.startsWith('export {') ? 0 : at + 1, end: code.length };
}

/** One exported name as a property of the returned object. */
function exportedProperty(entry: StaticExportEntry, imports: Imports): string {
  const from = entry.moduleRequest ? imports.namespace(entry.moduleRequest.value) : null;
  const kind = entry.importName.kind as string;
  if (from !== null && kind === 'AllButDefault') {
    return `...Object.fromEntries(Object.entries(${from}).filter(([k]) => k !== "default"))`;
  }
  const name = (entry.exportName.kind as string) === 'Default' ? 'default' : entry.exportName.name;
  const local =
    from === null
      ? entry.localName.name
      : kind === 'All'
        ? from
        : `${from}[${JSON.stringify(entry.importName.name ?? 'default')}]`;
  if (name === null || local === null) {
    throw new AppError('internal', 'The bundle exports something without a name.');
  }
  // Computed, because `"__proto__": x` in a literal would set the prototype.
  return `[${JSON.stringify(name)}]: ${local}`;
}

interface Exports {
  properties: string[];
  removed: Edit[];
}

function readExports(code: string, statements: readonly StaticExport[], imports: Imports): Exports {
  // `export * from "node:fs"` gives way to explicit names, so it comes first. The parser files a
  // re-exported import under the import's statement: only the positions of entries can be trusted.
  const entries = statements.flatMap((statement) => statement.entries);
  const isStar = (entry: StaticExportEntry): boolean =>
    (entry.exportName.kind as string) === 'None' || (entry.importName.kind as string) === 'All';
  const stars = entries.filter(isStar);
  const named = entries.filter((entry) => !isStar(entry));
  const removed = stars.map((entry) => blank(code, entry));
  if (named.length > 0) {
    const clause = exportClause(code);
    if (named.some((entry) => entry.start < clause.start)) {
      throw new AppError('internal', 'The bundle exports outside of its last statement.');
    }
    removed.push(blank(code, clause));
  }
  return {
    properties: [...stars, ...named].map((entry) => exportedProperty(entry, imports)),
    removed,
  };
}

function applyEdits(code: string, edits: Edit[]): string {
  edits.sort((left, right) => left.start - right.start);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    parts.push(code.slice(at, start), text);
    at = end;
  }
  parts.push(code.slice(at));
  return parts.join('');
}

/** Removed statements leave their line breaks, so that lines keep their numbers. */
function blank(code: string, { start, end }: { start: number; end: number }): Edit {
  return { start, end, text: code.slice(start, end).replace(/[^\n]+/g, '') };
}

/**
 * The function body for `code`, whose line n is line n + 1 of the body. Built-ins become
 * `await __host.import(…)`, `import.meta` becomes `__host.meta`, exports the returned object.
 */
export function functionBody(code: string): string {
  const parsed = parseSync('bundle.js', code, { lang: 'js', sourceType: 'module' });
  const [error] = parsed.errors;
  if (error) throw new AppError('internal', `The bundle does not parse: ${error.message}`);
  const { module } = parsed;
  // A script may use the name itself, and would then hide the parameter.
  const host = code.includes('__host') ? freeName(code, '__host_') : '__host';
  const imports = new Imports(host, freeName(code, '__builtin'));
  const edits: Edit[] = [];
  for (const statement of module.staticImports) {
    imports.bind(statement);
    edits.push(blank(code, statement));
  }
  const exports = readExports(code, module.staticExports, imports);
  edits.push(...exports.removed);
  for (const { start } of module.dynamicImports) {
    edits.push({ start, end: start + 'import'.length, text: `${host}.import` });
  }
  for (const { start, end } of module.importMetas) {
    edits.push({ start, end, text: `${host}.meta` });
  }
  if (code.startsWith('#!')) edits.push({ start: 0, end: 2, text: '//' });
  const alias = host === '__host' ? '' : `const ${host} = __host; {`;
  const computed = code.includes(computedImport)
    ? `const ${computedImport} = (...given) => ${host}.import(...given); `
    : '';
  const head = `"use strict"; ${alias}${computed}${imports.text()}`;
  const tail = `return { ${exports.properties.join(', ')} };${alias === '' ? '' : ' }'}`;
  return `${head}\n${requireOfHost(applyEdits(code, edits).trimEnd(), host)}\n${tail}\n`;
}

/** esbuild's stand-in for `require` in ES modules, which would look for a global one. */
const requireShim =
  /^(var __require\d* = .{15} \(\(\w+\) => )typeof require !== "undefined" \? require/m;

function requireOfHost(code: string, host: string): string {
  return code.replace(requireShim, (_shim, before: string) => `${before}true ? ${host}.require`);
}
