// The thread that evaluates expressions of flows in QuickJS: another realm, another heap, with a
// limit on memory, stack and time. It gets values as JSON text and answers JSON text.
import { parentPort } from 'node:worker_threads';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import type { ExpressionAnswer, ExpressionAsk, ExpressionOutcome } from './expressions.ts';

const memoryBytes = 128 * 1024 * 1024;
const stackBytes = 256 * 1024;
/** As large as a request's body may be. */
const maxValueUnits = 20_000_000;

const loading = newQuickJSWASMModuleFromVariant(variant as never);

/** As one expression; else as the body of a function. */
function formsOf(expr: string): string[] {
  const lone = expr.trim().replace(/;+$/, '');
  return [`(function () { return (\n${lone}\n) })`, `(function () {\n${expr}\n})`];
}

interface Thrown {
  name: string;
  message: string;
}

/** Its limit: what is told comes from where it may take longest. */
const tookTooLong = { name: 'TimeoutError', message: 'it takes longer than 1000 ms' };

function thrownOf(context: QuickJSContext, error: unknown): Thrown {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  if (message === 'interrupted') return tookTooLong;
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
  };
}

/** Compiles, and calls unless only the syntax is asked for. */
function one(context: QuickJSContext, expr: string, run: boolean): ExpressionOutcome {
  let refused: Thrown | undefined;
  for (const form of formsOf(expr)) {
    const call = `JSON.stringify((${form})()) ?? 'null'`;
    const compiled = context.evalCode(form);
    if (compiled.error) {
      refused = thrownOf(context, context.dump(compiled.error));
      compiled.error.dispose();
      continue;
    }
    compiled.value.dispose();
    if (!run) return { ok: true, json: 'null' };
    const made = context.evalCode(call);
    if (made.error) {
      const thrown = thrownOf(context, context.dump(made.error));
      made.error.dispose();
      return { ok: false, ...thrown };
    }
    const json = String(context.dump(made.value));
    made.value.dispose();
    if (json.length <= maxValueUnits) return { ok: true, json };
    const message = `it gives ${json.length} bytes; ${maxValueUnits} are allowed`;
    return { ok: false, name: 'RangeError', message };
  }
  return { ok: false, ...(refused ?? { name: 'SyntaxError', message: 'it is empty' }) };
}

/** `resource()` and `variable()`: what is not there yet is noted, and ends the expression. */
const itemFunctions = `(() => {
  const items = globalThis.__items;
  const needs = [];
  const item = (kind) => (path) => {
    const reference = kind + String(path).replace(/^\\$(?:res|var):/, '');
    if (Object.hasOwn(items, reference)) return JSON.parse(items[reference]);
    needs.push(reference);
    throw new Error('there is nothing at ' + reference);
  };
  globalThis.resource = item('$res:');
  globalThis.variable = item('$var:');
  globalThis.__needs = needs;
})()`;

function needsOf(context: QuickJSContext): string[] {
  const needs = context.unwrapResult(context.evalCode('globalThis.__needs.slice(0, 50)'));
  const list: unknown = context.dump(needs);
  needs.dispose();
  return Array.isArray(list) ? [...new Set(list.map(String))] : [];
}

function evaluate(module: QuickJSWASMModule, ask: ExpressionAsk): Omit<ExpressionAnswer, 'id'> {
  const runtime = module.newRuntime();
  runtime.setMemoryLimit(memoryBytes);
  runtime.setMaxStackSize(stackBytes);
  let deadline = 0;
  runtime.setInterruptHandler(() => performance.now() > deadline);
  const context = runtime.newContext();
  try {
    const { items, limits } = ask;
    const end = performance.now() + limits.allMs;
    deadline = end;
    const globals = items ? { ...ask.scope, __items: JSON.stringify(items) } : ask.scope;
    for (const [name, json] of Object.entries(globals)) {
      const text = context.newString(json);
      context.setProp(context.global, '__json', text);
      text.dispose();
      context.unwrapResult(context.evalCode(`globalThis.${name} = JSON.parse(__json)`)).dispose();
    }
    context.unwrapResult(context.evalCode('delete globalThis.__json')).dispose();
    if (items) context.unwrapResult(context.evalCode(itemFunctions)).dispose();
    const outcomes = ask.expressions.map((expr) => {
      deadline = Math.min(end, performance.now() + limits.eachMs);
      return one(context, expr, ask.run);
    });
    return { outcomes, needs: items ? needsOf(context) : [] };
  } finally {
    context.dispose();
    runtime.dispose();
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
void loading.then(() => parentPort?.postMessage('ready'));

parentPort?.on('message', (ask: ExpressionAsk) => {
  void loading.then((module) => {
    let answer: ExpressionAnswer;
    try {
      answer = { id: ask.id, ...evaluate(module, ask) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const thrown = message.includes('interrupted') ? tookTooLong : { name: 'Error', message };
      const outcome = { ok: false as const, ...thrown };
      answer = { id: ask.id, outcomes: ask.expressions.map(() => outcome), needs: [] };
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    parentPort?.postMessage(answer);
  });
});
