// The shape of a flow's value, as it is checked when it comes in and as it is published. The types
// of what passes stand in `value.ts`; what a value means is checked in `validate.ts`.
import { z } from 'zod';
import { runPolicy } from '../scripts/index.ts';
import { readServices, serviceClasses, servicesKeys } from './gateway-services.ts';

const text = (max: number) => z.string().max(max);
const expression = text(100_000);
const transform = z
  .union([
    z.looseObject({
      type: z.literal('static'),
      value: z.unknown().optional().describe('may be "$res:<path>" or "$var:<path>"'),
    }),
    z.looseObject({
      type: z.literal('javascript'),
      expr: expression.describe(
        'over flow_input, results.<id>, previous_result, resource(path), …',
      ),
    }),
    z.looseObject({ type: z.literal('ai').describe('an agent’s model fills it in') }),
  ])
  .meta({ id: 'InputTransform' });
const transforms = z.record(text(200), transform).optional().describe('inputs of main, by name');
const amount = z.union([z.number(), transform]).nullish();
const condition = z.looseObject({ expr: expression }).nullish();
const stop = z
  .looseObject({
    expr: expression.describe('over result, and all that inputs see'),
    skip_if_stopped: z.boolean().nullish().describe('the flow then counts as skipped'),
    error_message: text(10_000).nullish().describe('the flow then fails with this message'),
    error_include_result: z.boolean().nullish().describe('with the result in the error'),
  })
  .meta({ id: 'StopAfterIf' })
  .nullish();

const moduleList = z.array(z.lazy((): z.ZodType => flowModuleObject)).max(10_000);
const branch = z.looseObject({ modules: moduleList, skip_failure: z.boolean().nullish() });

const rawscript = z.looseObject({
  type: z.literal('rawscript'),
  content: text(4_000_000),
  language: text(50),
  input_transforms: transforms,
  lock: text(4_000_000).nullish(),
  tag: text(100).nullish(),
  concurrent_limit: runPolicy.shape.concurrent_limit,
  concurrency_time_window_s: runPolicy.shape.concurrency_time_window_s,
  custom_concurrency_key: runPolicy.shape.concurrency_key,
});
const script = z.looseObject({
  type: z.literal('script'),
  path: text(500),
  hash: text(16).nullish(),
  input_transforms: transforms,
  tag_override: text(100).nullish(),
});
const flow = z.looseObject({
  type: z.literal('flow'),
  path: text(500),
  input_transforms: transforms,
  tag_override: text(100).nullish(),
});

/** Providers take such names alone. */
const toolName = text(64).regex(/^[A-Za-z0-9_]+$/, 'a tool is named by letters, digits and _');
const names = z.array(text(200)).max(1000).nullish();
const agentTool = z.union([
  z.looseObject({
    id: text(100),
    value: z.looseObject({
      tool_type: z.literal('mcp'),
      resource_path: text(500),
      include_tools: names,
      exclude_tools: names,
    }),
  }),
  z.looseObject({
    id: text(100),
    value: z.looseObject({
      tool_type: z.literal('websearch').describe('the provider searches the web by itself'),
    }),
  }),
  z.looseObject({
    id: text(100),
    summary: toolName,
    description: text(10_000).nullish(),
    value: z.discriminatedUnion('type', [rawscript, script, flow]),
  }),
]);

const moduleValues = [
  rawscript,
  script,
  flow,
  z.looseObject({
    type: z.literal('aiagent'),
    input_transforms: transforms,
    tag: text(100).nullish().describe('who takes its turns; the tag of the flow when absent'),
    agent: z.null('agents that are resources are not built: write the inputs here').optional(),
    tools: z.array(agentTool).max(200).default([]),
  }),
  z.looseObject({
    type: z.literal('forloopflow'),
    iterator: transform.describe('a list; its items are flow_input.iter.value'),
    modules: moduleList,
    skip_failures: z.boolean().nullish().describe('an error is the result of its iteration'),
    parallel: z.boolean().nullish(),
    parallelism: amount.describe('how many at a time; all when absent'),
    squash: z.boolean().nullish(),
  }),
  z.looseObject({
    type: z.literal('whileloopflow'),
    modules: moduleList,
    skip_failures: z.boolean().nullish(),
    parallel: z.boolean().nullish(),
  }),
  z.looseObject({
    type: z.literal('branchone'),
    branches: z.array(branch.extend({ expr: expression })).max(1000),
    default: moduleList.default([]),
  }),
  z.looseObject({
    type: z.literal('branchall'),
    branches: z.array(branch).max(1000),
    parallel: z.boolean().nullish(),
  }),
  z.looseObject({ type: z.literal('identity').describe('gives on what it gets') }),
] as const;
const moduleValue = z.discriminatedUnion('type', moduleValues).meta({ id: 'FlowModuleValue' });

const attempts = z.looseObject({
  attempts: z.int().min(0).max(10_000).nullish(),
  seconds: z.number().min(0).max(604_800).nullish(),
});

/** Seconds, a year at most; 0 keeps nothing. */
const cacheTtl = z
  .number()
  .min(0)
  .max(31_536_000)
  .nullish()
  .describe('seconds in which the same input gives the same result again');
const priority = z.int().min(0).max(100).nullish().describe('higher ones run first');

/** Ten years. */
const longestWaitS = 315_360_000;

const flowModuleObject = z
  .looseObject({
    id: text(100).describe('letters, digits and _; one of its kind in the flow'),
    value: moduleValue.describe('what the step does'),
    summary: text(10_000).nullish().describe('what people read'),
    stop_after_if: stop.describe('ends the flow after this step, or the loop around it'),
    stop_after_all_iters_if: stop.describe('ends the flow when the loop or branches are over'),
    skip_if: condition.describe('gives on what the step before gave'),
    sleep: amount.describe('seconds between this step and the next'),
    timeout: amount.describe('seconds that the step may take'),
    retry: z
      .looseObject({
        constant: attempts.nullish(),
        exponential: attempts.nullish(),
        retry_if: condition.describe('over error and result'),
      })
      .nullish()
      .describe('tries after a failure: the constant ones, then the exponential ones'),
    continue_on_error: z.boolean().nullish().describe('the error is the result of the step'),
    mock: z
      .looseObject({ enabled: z.boolean().nullish(), return_value: z.unknown().optional() })
      .nullish()
      .describe('stands in for the step'),
    cache_ttl: cacheTtl,
    priority,
    delete_after_secs: runPolicy.shape.delete_after_secs.describe(
      'input, result and logs go so long after the step, and not before the run is over',
    ),
    debouncing: z
      .looseObject({
        debounce_delay_s: runPolicy.shape.debounce_delay_s.describe('seconds that it waits'),
        debounce_key: runPolicy.shape.debounce_key.describe(
          '$workspace and $args[name] stand in it',
        ),
        debounce_args_to_accumulate: runPolicy.shape.debounce_args_to_accumulate,
        max_total_debouncing_time: runPolicy.shape.max_total_debouncing_time,
        max_total_debounces_amount: runPolicy.shape.max_total_debounces_amount,
      })
      .nullish()
      .describe('of the steps of one key that come within the delay only the last one runs'),
    suspend: z
      .looseObject({
        required_events: z.int().min(0).max(1000).nullish(),
        timeout: z.number().min(0).max(longestWaitS).nullish(),
        continue_on_disapprove_timeout: z.boolean().nullish(),
        self_approval_disabled: z.boolean().nullish(),
        user_auth_required: z.boolean().nullish(),
        user_groups_required: transform.nullish(),
        resume_form: z.looseObject({ schema: z.looseObject({}).nullish() }).nullish(),
        hide_cancel: z.boolean().nullish(),
      })
      .nullish()
      .describe('waits for answers of people after the step'),
  })
  .meta({ id: 'FlowModule' });
const flowModule: z.ZodType = z.lazy(() => flowModuleObject);

const classes = z.union([z.enum(serviceClasses), z.array(z.enum(serviceClasses))]);
/** What the two forms look like to people; `readServices` says exactly what is wrong. */
const servicesShape = z.toJSONSchema(
  z.union([
    z.array(z.record(z.string(), classes)).describe('one service each: - jira: [read, write]'),
    z.record(z.string(), classes),
  ]),
);
const services = z
  .unknown()
  .superRefine((given, context) => {
    if (given === undefined || given === null) return;
    for (const { path, message } of readServices(given).problems) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  })
  .meta({ ...servicesShape, $schema: undefined })
  .optional();

/** A flow's value as it comes in; fields that the engine does not know are kept. */
export const flowValue = z
  .looseObject({
    ...runPolicy.shape,
    modules: moduleList.describe('the steps, in order'),
    failure_module: flowModule.nullish().describe('runs when the flow fails; its id is failure'),
    preprocessor_module: flowModule
      .nullish()
      .describe('makes flow_input of the event of a trigger; its id is preprocessor'),
    early_return: text(1000).nullish().describe('id of the step whose result answers callers'),
    skip_expr: expression.nullish().describe('when it holds, the flow does not run'),
    cache_ttl: cacheTtl,
    priority,
    preserve_step_tags: z
      .boolean()
      .nullish()
      .describe('code in the flow keeps its own tags beside the tag of the flow'),
    same_worker: z
      .boolean()
      .nullish()
      .describe('all steps run on one worker and share the folder ./shared'),
    flow_env: z.record(z.string(), z.unknown()).nullish().describe('values for all expressions'),
    'gateway-services': services.describe(
      'the services that the flow reaches as its owner, and how: read, write, high_risk',
    ),
    gateway_services: services.describe('the same as gateway-services'),
  })
  .refine((value) => servicesKeys.filter((key) => value[key]).length < 2, {
    message: 'there is gateway-services and gateway_services; keep the first',
  })
  .describe('OpenFlow: modules[] with id and value; see the flow chapter of the documentation');
