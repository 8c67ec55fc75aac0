// One step of a flow to try by itself: what stood before it is stood in for by what it gave, or
// by what the caller says that it would give.
import { AppError } from '../../base/index.ts';
import { allModules, type FlowModule, type FlowValue, type Transform } from './value.ts';

export interface StepWanted {
  step: string;
  /** In place of the step's own inputs, by name. */
  args?: Record<string, unknown> | undefined;
  /** What `results.<id>` gives. */
  results: Readonly<Record<string, unknown>>;
}

function withArgs(module: FlowModule, args: Record<string, unknown>): FlowModule {
  const { value } = module;
  const { type } = value;
  if (type !== 'script' && type !== 'rawscript' && type !== 'flow' && type !== 'aiagent') {
    throw new AppError('invalid_input', `The step ${module.id} takes no arguments.`, {
      hint: 'Leave args out; give flowInput and results instead.',
    });
  }
  const own = value.input_transforms ?? {};
  const transforms: Record<string, Transform> = { ...own };
  for (const [name, given] of Object.entries(args)) {
    transforms[name] = { type: 'static', value: given };
  }
  return { ...module, value: { ...value, input_transforms: transforms } };
}

/** A flow of the step alone. Throws `invalid_input` when there is no such step. */
export function stepFlow(value: FlowValue, { step, args, results }: StepWanted): FlowValue {
  const all = allModules(value);
  const found = all.find(({ id }) => id === step);
  if (!found) {
    const ids = all.slice(0, 50).map(({ id }) => id);
    throw new AppError('invalid_input', `The flow has no step ${JSON.stringify(step)}.`, {
      hint: `Its steps are ${ids.join(', ')}.`,
    });
  }
  // Only what it does: no waiting for people, no tries, no end of a flow that is not there.
  const special = found === value.failure_module || found === value.preprocessor_module;
  const id = special ? `${step}_module` : step;
  const alone: FlowModule = { id, value: found.value, timeout: found.timeout ?? null };
  const before = all
    .filter((module) => module.id !== step && Object.hasOwn(results, module.id))
    .map((module): FlowModule => {
      const mock = { enabled: true, return_value: results[module.id] };
      return { id: module.id, value: { type: 'identity' }, mock };
    });
  const tried = args ? withArgs(alone, args) : alone;
  return { modules: [...before, tried], flow_env: value.flow_env ?? null };
}
