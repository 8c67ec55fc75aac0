// Evaluates expressions of flows, never in the server's realm: in a thread with QuickJS, one ask
// at a time. A plain way into a value (`flow_input.iter.value`) is walked here without it.
import { Worker } from 'node:worker_threads';
import { AppError, type Clock, maskSecrets } from '../../base/index.ts';

export interface ExpressionAsk {
  id: number;
  expressions: readonly string[];
  /** Global names and their values as JSON text. */
  scope: Readonly<Record<string, string>>;
  /** What `resource()` and `variable()` give, by reference; absent when nothing calls them. */
  items?: Readonly<Record<string, string>>;
  /** False: only the syntax is asked for. */
  run: boolean;
}

export type ExpressionOutcome =
  | { ok: true; json: string }
  | { ok: false; name: string; message: string };

export interface ExpressionAnswer {
  id: number;
  outcomes: ExpressionOutcome[];
  /** References that were called for and not there: with them, ask again. */
  needs: string[];
}

/** Reads what `$res:…` and `$var:…` stand for, as JSON text by reference. */
export type ReadItems = (references: readonly string[]) => Promise<Record<string, string>>;

/** The thread stops an expression after one second; this is for what it cannot interrupt. */
const watchdogMs = 10_000;

const checkedAtOnce = 200;

/** An expression may name an item by what another item says; not for ever. */
const maxReads = 20;

const plainPath = /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|\[\d{1,9}\])*$/;

/** The value at a plain path, as JSON text; undefined when the expression is more than that. */
function walk(expr: string, scope: ExpressionAsk['scope']): ExpressionOutcome | undefined {
  const path = expr.trim().replace(/;$/, '');
  if (!plainPath.test(path)) return undefined;
  const [root = '', ...steps] = path.match(/\?\.[\w$]+|[\w$]+/g) ?? [];
  if (!Object.hasOwn(scope, root)) return undefined;
  const json = scope[root] ?? 'null';
  if (steps.length === 0) return { ok: true, json };
  let value: unknown = JSON.parse(json);
  for (const step of steps) {
    const name = step.replace('?.', '');
    if (value === null || value === undefined) {
      if (step.startsWith('?.')) return { ok: true, json: 'null' };
      const message = `cannot read property '${name}' of ${value === null ? 'null' : 'undefined'}`;
      return { ok: false, name: 'TypeError', message };
    }
    value = Object.hasOwn(value, name) ? value[name as never] : undefined;
  }
  return { ok: true, json: JSON.stringify(value) ?? 'null' };
}

interface Asked {
  ask: ExpressionAsk;
  resolve: (answer: Omit<ExpressionAnswer, 'id'>) => void;
}

function lost(ask: ExpressionAsk, message: string): Omit<ExpressionAnswer, 'id'> {
  const outcome = { ok: false, name: 'TimeoutError', message } as const;
  return { outcomes: ask.expressions.map(() => outcome), needs: [] };
}

export function createExpressions({ clock }: { clock: Clock }) {
  let thread: Worker | undefined;
  let current: Asked | undefined;
  let cancelWatch: (() => void) | undefined;
  let lastId = 0;
  const waiting: Asked[] = [];

  function finish(answer: Omit<ExpressionAnswer, 'id'>): void {
    cancelWatch?.();
    const asked = current;
    current = undefined;
    asked?.resolve(answer);
    next();
  }

  function giveUp(message: string): void {
    void thread?.terminate();
    thread = undefined;
    if (current) finish(lost(current.ask, message));
  }

  function open(): Worker {
    const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
    const made = new Worker(new URL(`./expression-child.${extension}`, import.meta.url), {
      // The thread needs nothing of the server's environment.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    made.unref();
    made.on('message', ({ id, ...answer }: ExpressionAnswer) => {
      if (current?.ask.id === id) finish(answer);
    });
    made.on('error', () => {
      if (made === thread) giveUp('the expression ended the thread that evaluates it');
    });
    return made;
  }

  function next(): void {
    if (current) return;
    current = waiting.shift();
    if (!current) return;
    thread ??= open();
    cancelWatch = clock.after(watchdogMs, () => giveUp('it takes too long'));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    thread.postMessage(current.ask);
  }

  function ask(wanted: Omit<ExpressionAsk, 'id'>): Promise<Omit<ExpressionAnswer, 'id'>> {
    return new Promise((resolve) => {
      lastId += 1;
      waiting.push({ ask: { ...wanted, id: lastId }, resolve });
      next();
    });
  }

  /** Expressions know no waiting: what they call for is read, and they begin anew. */
  async function askWithItems(
    wanted: Pick<ExpressionAsk, 'expressions' | 'scope'>,
    readItems: ReadItems | undefined,
  ): Promise<ExpressionOutcome[]> {
    let items: Record<string, string> = {};
    for (let reads = 0; ; reads += 1) {
      const offered = readItems ? { items } : {};
      const { outcomes, needs } = await ask({ ...wanted, ...offered, run: true });
      if (!readItems || needs.length === 0 || reads === maxReads) return outcomes;
      items = { ...items, ...(await readItems(needs)) };
    }
  }

  return {
    /**
     * Answers one outcome for each expression, in order. Rejects only with what `readItems` does;
     * without it there is no `resource()` and no `variable()`.
     */
    async evaluate(
      expressions: readonly string[],
      scope: ExpressionAsk['scope'],
      readItems?: ReadItems,
    ): Promise<ExpressionOutcome[]> {
      const walked = expressions.map((expr) => walk(expr, scope));
      const hard = expressions.filter((_, n) => walked[n] === undefined);
      if (hard.length === 0) return walked as ExpressionOutcome[];
      const asked = await askWithItems({ expressions: hard, scope }, readItems);
      return walked.map((outcome) => outcome ?? (asked.shift() as ExpressionOutcome));
    },

    /** For each expression what is wrong with its syntax, or undefined. */
    async check(expressions: readonly string[]): Promise<(string | undefined)[]> {
      const plain = expressions.map((expr) => plainPath.test(expr.trim()));
      const hard = expressions.filter((_, n) => plain[n] === false);
      const asked: ExpressionOutcome[] = [];
      for (let from = 0; from < hard.length; from += checkedAtOnce) {
        const some = hard.slice(from, from + checkedAtOnce);
        asked.push(...(await ask({ expressions: some, scope: {}, run: false })).outcomes);
      }
      return plain.map((is) => {
        const outcome = is ? undefined : asked.shift();
        return outcome && !outcome.ok ? `${outcome.name}: ${outcome.message}` : undefined;
      });
    },

    async stop(): Promise<void> {
      const last = thread;
      thread = undefined;
      cancelWatch?.();
      for (const { ask: asked, resolve } of [...(current ? [current] : []), ...waiting.splice(0)]) {
        resolve(lost(asked, 'the server stops'));
      }
      current = undefined;
      await last?.terminate();
    },
  };
}

export type Expressions = ReturnType<typeof createExpressions>;

/** The JSON text of an outcome; throws `invalid_input` that names the expression. */
export function jsonOf(
  outcome: ExpressionOutcome,
  { expr, secrets }: { expr: string; secrets: Iterable<string> },
): string {
  if (outcome.ok) return outcome.json;
  const shown = expr.length > 200 ? `${expr.slice(0, 200)}…` : expr;
  const message = maskSecrets(outcome.message, secrets);
  throw new AppError('invalid_input', `${outcome.name}: ${message} (in \`${shown}\`)`);
}
