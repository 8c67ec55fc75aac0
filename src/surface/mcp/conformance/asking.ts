// The tools of the conformance suite that ask the client: forms, samples of a model, roots. The
// product itself only ever asks people.
import { AppError } from '../../../base/index.ts';
import type { Call } from '../../../operation/index.ts';
import type { Asking, ClientRequest } from '../asking.ts';
import type { JsonObject, ToolResult } from '../protocol.ts';
import type { Invocation } from '../tool.ts';
import { type Fixture, says } from './fixture.ts';

function askingOf({ call }: { call: Call }): Asking {
  if (call.asking) return call.asking;
  throw new AppError('unprocessable', 'The client cannot be asked anything.');
}

function form(properties: JsonObject, ...required: string[]): JsonObject {
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

function elicit(message: string, requestedSchema: JsonObject): ClientRequest {
  return { method: 'elicitation/create', params: { message, requestedSchema } };
}

function sample(text: string, maxTokens = 100): ClientRequest {
  const messages = [{ role: 'user', content: { type: 'text', text } }];
  return { method: 'sampling/createMessage', params: { messages, maxTokens } };
}

const roots: ClientRequest = { method: 'roots/list', params: {} };
const name = elicit('What is your name?', form({ name: { type: 'string' } }, 'name'));
const confirm = elicit('Please confirm', form({ ok: { type: 'boolean' } }, 'ok'));

/** Asks everything at once and says what came back. */
function asks(requests: Readonly<Record<string, ClientRequest>>, told = '') {
  return async (invocation: Invocation): Promise<ToolResult> => {
    const answers = await askingOf(invocation).request(requests);
    const own = Object.keys(requests).map((key) => `${key}: ${JSON.stringify(answers[key])}`);
    return says([...(told === '' ? [] : [told]), ...own].join('\n'));
  };
}

async function inRounds(invocation: Invocation): Promise<ToolResult> {
  const asking = askingOf(invocation);
  const first = form({ name: { type: 'string' } }, 'name');
  const second = form({ color: { type: 'string' } }, 'color');
  await asking.request({ step1: elicit('Step 1: What is your name?', first) });
  await asking.request({ step2: elicit('Step 2: What is your favorite color?', second) });
  return says('Both steps are done.');
}

/** Only what the client said it can. */
async function whatItCan(invocation: Invocation): Promise<ToolResult> {
  const { can } = askingOf(invocation);
  return asks({
    ...(can.form && { user_name: name }),
    ...(can.sampling && { greeting: sample('Generate a greeting', 50) }),
    ...(can.roots && { client_roots: roots }),
  })(invocation);
}

async function samples(invocation: Invocation): Promise<ToolResult> {
  const wanted = sample(String(invocation.args['prompt']));
  const { answer } = await askingOf(invocation).request({ answer: wanted });
  const { content } = (answer ?? {}) as { content?: { text?: string } };
  return says(`LLM response: ${content?.text ?? JSON.stringify(content)}`);
}

/** A form to a person, told back in the suite's words. */
function fills(head: string, properties: JsonObject, required: string[] = []) {
  return async ({ call, args }: Invocation): Promise<ToolResult> => {
    const given = args['message'];
    const message = typeof given === 'string' ? given : 'Please fill in the form';
    const question = { key: 'form', message, form: form(properties, ...required) };
    const answered = await askingOf({ call }).ask(question);
    if (answered.action === 'cannot') throw new AppError('unprocessable', 'Nobody can be asked.');
    const content = answered.action === 'accept' ? answered.content : {};
    return says(`${head}: action=${answered.action}, content=${JSON.stringify(content)}`);
  };
}

const options = ['option1', 'option2', 'option3'];
const titled = (word: string, key: string): JsonObject[] =>
  ['First', 'Second', 'Third'].map((nth, at) => ({
    const: `${key}${at + 1}`,
    title: `${nth} ${word}`,
  }));

const defaults: JsonObject = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};

const enums: JsonObject = {
  untitledSingle: { type: 'string', enum: options },
  titledSingle: { type: 'string', oneOf: titled('Option', 'value') },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
  titledMulti: { type: 'array', items: { anyOf: titled('Choice', 'value') } },
};

const person: JsonObject = {
  username: { type: 'string', description: "User's response" },
  email: { type: 'string', description: "User's email address" },
};

const text = (description: string): JsonObject => ({ type: 'string', description });

/** By name: what each asks for. */
const rounds: Readonly<Record<string, Fixture['run']>> = {
  elicitation: asks({ user_name: name }),
  sampling: asks({ capital_question: sample('What is the capital of France?') }),
  list_roots: asks({ client_roots: roots }),
  request_state: asks({ confirm }, 'state-ok'),
  tampered_state: asks({ confirm }),
  multiple_inputs: asks({
    user_name: name,
    greeting: sample('Generate a greeting', 50),
    client_roots: roots,
  }),
  multi_round: inRounds,
  capabilities: whatItCan,
};

export const asking: readonly Fixture[] = [
  {
    name: 'test_sampling',
    description: 'Asks the client’s model.',
    inputSchema: form({ prompt: text('What to ask.') }, 'prompt'),
    run: samples,
  },
  {
    name: 'test_elicitation',
    description: 'Asks a person.',
    inputSchema: form({ message: text('What to say.') }, 'message'),
    run: fills('User response', person, ['username', 'email']),
  },
  {
    name: 'test_elicitation_sep1034_defaults',
    description: 'Asks with defaults.',
    run: fills('Elicitation completed', defaults),
  },
  {
    name: 'test_elicitation_sep1330_enums',
    description: 'Asks with choices.',
    run: fills('Elicitation completed', enums),
  },
  {
    name: 'test_streaming_elicitation',
    description: 'Asks a person.',
    run: fills('Elicitation completed', person),
  },
  {
    name: 'test_missing_capability',
    description: 'Needs a model of the client.',
    needs: 'sampling',
    run: () => says('The client has a model.'),
  },
  ...Object.entries(rounds).map(([what, run]) => ({
    name: `test_input_required_result_${what}`,
    description: `Asks before it answers: ${what}.`,
    run,
  })),
];
