// Evaluates expressions of flows, never in the server's realm: in threads with QuickJS. A plain way
// into a value (`flow_input.iter.value`) is walked here without them.
import { AppError, type Clock, maskSecrets } from '../../base/index.ts';
import { createLane, type LaneAnswer } from './expression-lane.ts';

export interface ExpressionAsk {
  id: number;
  expressions: readonly string[];
  /** Global names and their values as JSON text. */
  scope: Readonly<Record<string, string>>;
  /** What `resource()` and `variable()` give, by reference; absent when nothing calls them. */
  items?: Readonly<Record<string, string>>;
  /** False: only the syntax is asked for. */
  run: boolean;
  /** Milliseconds for each expression, and for all of the ask. */
  limits: { eachMs: number; allMs: number };
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

/**
 * An ask is first tried in a thread where it may take no longer than this, and what does is asked
 * again where it may take a second: one endless expression holds up the others for 50 ms. Measured
 * on two busy cores beside endless ones: 0.4 ms for a plain ask, 1100 ms with one thread for all.
 * To ask again does no harm: expressions have no effects.
 */
const quick = { limits: { eachMs: 50, allMs: 50 }, watchdogMs: 1000 };
/** To hand over a megabyte takes longer than the limit: such an ask would only be made twice. */
const quickUnits = 200_000;
const patient = { limits: { eachMs: 1000, allMs: 9000 }, watchdogMs: 10_000 };

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

/** Something in it took longer than it may here; or says so, and is asked again in vain. */
const ranOut = ({ outcomes }: LaneAnswer): boolean =>
  outcomes.some((outcome) => !outcome.ok && outcome.name === 'TimeoutError');

export function createExpressions({ clock }: { clock: Clock }) {
  const quickLane = createLane({ clock, ...quick });
  const patientLane = createLane({ clock, ...patient });
  let stopped = false;

  async function ask(wanted: Omit<ExpressionAsk, 'id' | 'limits'>): Promise<LaneAnswer> {
    const size = Object.values(wanted.scope).reduce((sum, { length }) => sum + length, 0);
    if (size > quickUnits) return patientLane.ask(wanted);
    const answer = await quickLane.ask(wanted);
    return ranOut(answer) && !stopped ? patientLane.ask(wanted) : answer;
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
      stopped = true;
      await Promise.all([quickLane.stop(), patientLane.stop()]);
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
