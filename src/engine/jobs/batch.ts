// Starting the same thing many times at once: the rows go in by the thousand.
import { AppError } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Language } from '../scripts/index.ts';
import type { Push, Queue } from './queue.ts';
import { type FlowPushes, type Preview, pushOf } from './run.ts';

export interface Batch {
  count: number;
  kind: 'noop' | 'script' | 'flow' | 'rawscript';
  path?: string | undefined;
  flowValue?: Record<string, unknown> | undefined;
  rawscript?: { content: string; language: Language } | undefined;
  args: Record<string, unknown>;
  tag?: string | undefined;
}

export interface BatchDeps {
  queue: Pick<Queue, 'pushMany'>;
  now: () => number;
  flows: FlowPushes;
  run: {
    byPath(call: Call, path: string, options: Preview): Promise<Push>;
    preview(call: Call, wanted: Preview): Promise<Push>;
  };
}

/** A job that does nothing: it is over as soon as somebody looks at it. */
const nothing = {
  kind: 'identity',
  path: null,
  hash: null,
  language: null,
  rawCode: null,
  bundleHash: null,
  parameters: [],
  isolation: 'warm',
  tag: 'flow',
  timeoutS: null,
  rerunOnCrash: true,
} as const;

export function createBatch({ queue, now, flows, run }: BatchDeps) {
  function pushFor(call: Call, wanted: Batch): Promise<Push> {
    const { kind, path, flowValue: value, rawscript, args, tag } = wanted;
    const options = { args, tag, invisibleToOwner: false } as Preview;
    if (kind === 'noop') return Promise.resolve(pushOf({ now }, call, { code: nothing, options }));
    if (kind === 'rawscript' && rawscript) return run.preview(call, { ...options, ...rawscript });
    if (kind === 'flow' && value) return flows.preview(call, { ...options, value });
    if (kind === 'flow' && path !== undefined) return flows.byPath(call, path, options);
    if (kind === 'script' && path !== undefined) return run.byPath(call, path, options);
    const lacks = kind === 'rawscript' ? 'rawscript' : 'path';
    throw new AppError('invalid_input', `A batch of the kind ${kind} needs ${lacks}.`);
  }

  return {
    async addBatch(call: Call, wanted: Batch): Promise<string[]> {
      const push = await pushFor(call, wanted);
      if (push.terms?.debounce) {
        throw new AppError('invalid_input', `Only one of these runs would stay: ${push.path}.`, {
          hint: 'It is debounced; start it alone.',
        });
      }
      return queue.pushMany(push, wanted.count);
    },
  };
}
