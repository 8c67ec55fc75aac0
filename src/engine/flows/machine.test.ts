// The rules of flows as such: random flows, their children ending in random orders, events twice
// and about jobs that nobody knows, the state through JSON at each turn. Whatever comes, a flow
// ends, starts nothing twice unless it is tried again, and ends the same in every order.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advance } from './machine.ts';
import type { Child, EnterFacts, FlowEvent } from './rules.ts';
import { type FlowState, initialState } from './state.ts';
import type { FlowModule } from './value.ts';

/** 0 to 1, the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let at = seed;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const script = { type: 'script', path: 'f/any/thing' } as const;
const body = (id: string): FlowModule[] => [
  { id: `${id}_x`, value: script },
  { id: `${id}_y`, value: script },
];

interface Plan {
  modules: FlowModule[];
  /** By step: items of a loop, its width, or the turn at which a while-loop stops. */
  numbers: { items: number; width: number; turns: number; approvals: number }[];
  failure: boolean;
}

/** How a step's child ends, whatever else happens: by flow, place and try. */
type Outcome = (place: string, turn: number) => boolean;

function randomModule(id: string, random: () => number): FlowModule {
  const pick = (count: number): number => Math.floor(random() * count);
  const parallel = random() < 0.5;
  const tolerant = random() < 0.5;
  const branches = Array.from({ length: pick(4) }, (_, n) => ({
    modules: body(`${id}_${n}`),
    skip_failure: tolerant,
  }));
  const values: FlowModule['value'][] = [
    script,
    { type: 'identity' },
    {
      type: 'forloopflow',
      iterator: { type: 'static', value: [] },
      modules: body(id),
      parallel,
      skip_failures: tolerant,
    },
    { type: 'whileloopflow', modules: body(id), skip_failures: tolerant },
    { type: 'branchall', branches, parallel },
    { type: 'branchone', branches, default: body(`${id}_d`) },
  ];
  return {
    id,
    value: values[pick(values.length)] ?? script,
    continue_on_error: random() < 0.3,
    ...(random() < 0.4 ? { retry: { constant: { attempts: 1 + pick(2), seconds: 0 } } } : {}),
    ...(random() < 0.3
      ? {
          suspend: {
            required_events: 1 + pick(3),
            continue_on_disapprove_timeout: random() < 0.5,
          },
        }
      : {}),
  };
}

function randomPlan(seed: number): Plan {
  const random = chance(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const modules = Array.from({ length: pick(6) }, (_, n) => randomModule(`s${n}`, random));
  const numbers = modules.map(() => ({
    items: pick(5),
    width: 1 + pick(5),
    turns: pick(4),
    approvals: pick(4),
  }));
  return { modules, numbers, failure: random() < 0.3 };
}

const placeOf = ({ step, iteration, branch }: Child): string =>
  `${step}/${iteration ?? branch ?? ''}`;

/** Ends a run of the plan, its children in the order that `random` picks. */
function play(plan: Plan, outcome: Outcome, random: () => number) {
  const { modules, numbers } = plan;
  const flow = { modules, failure_module: plan.failure ? { id: 'failure', value: script } : null };
  let made = 0;
  const rules = { flow, newId: () => `job ${(made += 1)}` };
  let state: FlowState = initialState(modules);
  const todo: FlowEvent[] = [{ type: 'start' }];
  const open: Child[] = [];
  const over: string[] = [];
  const places = new Map<string, string>();
  const starts = new Map<string, number>();
  /** Of the step that runs: what began since it was entered, and what failed. */
  let since = { step: -1, places: new Set<string>(), failed: false, entries: 0 };
  const answers: { resumeId: number; approver: string; approved: boolean }[] = [];

  function enterFacts(step: number): EnterFacts {
    const failures = since.step === step ? since.entries : 0;
    assert.ok(since.step !== step || since.failed, `step ${step} began again and had not failed`);
    const attempts = modules[step]?.retry?.constant?.attempts ?? 0;
    assert.ok(failures <= attempts, `step ${step} was tried ${failures + 1} times`);
    since = { step, places: new Set(), failed: false, entries: failures + 1 };
    const { items = 0, width = 1 } = numbers[step] ?? {};
    const { value } = modules[step] ?? {};
    if (value?.type === 'forloopflow') return { outcome: 'run', items, width };
    return value?.type === 'branchone' ? { outcome: 'run', branch: 'default' } : { outcome: 'run' };
  }

  function nextEvent(): FlowEvent {
    const first = todo.shift();
    if (first) return first;
    const { step } = state.status;
    if (state.waiting) {
      const wanted = numbers[step]?.approvals ?? 0;
      const resumeId = answers.length;
      const late = resumeId >= wanted;
      // Nobody answers any more, or somebody does; the last one may deny.
      if (!late) {
        const approved = outcome(`${step}/answer`, resumeId);
        answers.push({ resumeId, approver: `p${resumeId}`, approved });
      }
      return { type: 'answered', answers: [...answers], late };
    }
    const child = open.splice(Math.floor(random() * open.length), 1)[0];
    assert.ok(child, `nothing runs, and the flow does not end: ${JSON.stringify(state)}`);
    over.push(child.id);
    const place = placeOf(child);
    const success = outcome(place, starts.get(place) ?? 0);
    if (!success) since.failed = true;
    const turns = numbers[Number(child.step)]?.turns ?? 0;
    const loops = modules[Number(child.step)]?.value.type === 'whileloopflow';
    const stop = loops && (child.iteration ?? 0) >= turns;
    return { type: 'ended', job: child.id, facts: { success, stop, random: 0.5 } };
  }

  /** What is over already, or was never there, must change nothing. */
  function disturb(): void {
    const jobs = ['nobody', ...over];
    const job = jobs[Math.floor(random() * jobs.length)] ?? '';
    const before = JSON.stringify(state);
    const event = { type: 'ended', job, facts: { success: random() < 0.5 } } as const;
    const decision = advance(rules, state, event);
    assert.equal(JSON.stringify(state), before, `${job} was over`);
    assert.deepEqual(decision, { children: [] });
  }

  for (let turn = 0; turn < 10_000; turn += 1) {
    if (todo.length === 0 && random() < 0.3) disturb();
    const event = nextEvent();
    state = JSON.parse(JSON.stringify(state));
    const { children, enter, conclude, suspend, end } = advance(rules, state, event);
    for (const child of children) {
      const place = placeOf(child);
      places.set(child.id, place);
      if (typeof child.step === 'number') {
        assert.ok(!since.places.has(place), `${place} began twice`);
        since.places.add(place);
      }
      starts.set(place, (starts.get(place) ?? 0) + 1);
      open.push(child);
    }
    if (enter !== undefined) {
      answers.length = 0;
      todo.push({ type: 'entered', facts: enterFacts(enter) });
    }
    if (conclude !== undefined) todo.push({ type: 'concluded', stop: false });
    if (suspend !== undefined) todo.push({ type: 'suspended', facts: { until: 1 } });
    if (end) {
      assert.equal(open.length, 0, 'something still runs');
      const from = end.from && 'job' in end.from ? places.get(end.from.job) : end.from;
      const types = state.status.modules.map(({ type }) => type);
      return {
        success: end.success,
        from,
        error: end.error,
        starts: [...starts].toSorted(([a], [b]) => (a < b ? -1 : 1)),
        types,
      };
    }
  }
  return assert.fail(`no end: ${JSON.stringify(state)}`);
}

/** Outcomes of a flow by its seed; `good`: how many of a hundred children end well. */
const outcomesOf =
  (seed: number, good: number): Outcome =>
  (place, turn) => {
    let mixed = seed;
    for (const character of `${place}:${turn}`) {
      mixed = (Math.imul(mixed, 31) + (character.codePointAt(0) ?? 0)) | 0;
    }
    return chance(mixed)() * 100 < good;
  };

/** Which iterations begin before a break depends on the order, when only some run at a time. */
function isFree({ modules, numbers }: Plan): boolean {
  return modules.every(({ value }, n) => {
    const { items = 0, width = 0 } = numbers[n] ?? {};
    return value.type !== 'forloopflow' || !value.parallel || width >= items;
  });
}

describe('the rules of flows', () => {
  for (const good of [100, 90, 60, 10]) {
    it(`hold in every order when ${good} of a hundred end well`, () => {
      let compared = 0;
      for (let seed = 1; seed <= 500; seed += 1) {
        const plan = randomPlan(seed);
        const outcome = outcomesOf(seed, good);
        const ends = [1, 2, 3, 4].map((order) => play(plan, outcome, chance(seed * 7 + order)));
        for (const end of ends) {
          if (isFree(plan) || good === 100) assert.deepEqual(end, ends[0], `flow ${seed}`);
          compared += 1;
        }
      }
      assert.equal(compared, 2000);
    });
  }

  it('ends an empty flow, and one whose steps have nothing to do', () => {
    const numbers = [{ items: 0, width: 1, turns: 0, approvals: 0 }];
    const loop: FlowModule = {
      id: 'l',
      value: {
        type: 'forloopflow',
        iterator: { type: 'static', value: [] },
        modules: body('l'),
      },
    };
    const never: Outcome = () => assert.fail('nothing runs');
    for (const modules of [[], [loop]]) {
      const end = play({ modules, numbers, failure: false }, never, chance(1));
      assert.deepEqual([end.success, end.starts], [true, []]);
    }
  });
});
