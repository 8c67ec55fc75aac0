// The resources, prompts and completions that the protocol's own test suite asks for.
import { AppError } from '../../../base/index.ts';
import type { Call } from '../../../operation/index.ts';
import type { Library, PromptEntry, PromptMessage, ResourceEntry } from '../library/index.ts';
import type { ContentBlock } from '../protocol.ts';
import { embedded, png } from './fixture.ts';

type Args = Readonly<Record<string, string>>;

function entry(name: string, mimeType: string): ResourceEntry {
  return {
    uri: `test://${name}`,
    name,
    title: name,
    description: `The fixture ${name}.`,
    mimeType,
  };
}

const resources = [
  entry('static-text', 'text/plain'),
  entry('static-binary', 'image/png'),
  entry('watched-resource', 'text/plain'),
];

function prompt(name: string, ...names: string[]): PromptEntry {
  return {
    name,
    title: name,
    description: `The fixture ${name}.`,
    arguments: names.map((argument) => ({
      name: argument,
      description: `The argument ${argument}.`,
      required: true,
    })),
  };
}

const asking = 'test_input_required_result_prompt';

const prompts = [
  prompt('test_simple_prompt'),
  prompt('test_prompt_with_arguments', 'arg1', 'arg2'),
  prompt('test_prompt_with_embedded_resource', 'resourceUri'),
  prompt('test_prompt_with_image'),
  prompt(asking),
];

const asks = (...content: ContentBlock[]): PromptMessage[] =>
  content.map((block) => ({ role: 'user', content: block }));
const text = (said: string): ContentBlock => ({ type: 'text', text: said });

const messagesOf: Readonly<Record<string, (args: Args) => PromptMessage[]>> = {
  test_simple_prompt: () => asks(text('This is a simple prompt for testing.')),
  test_prompt_with_arguments: ({ arg1, arg2 }) =>
    asks(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  test_prompt_with_embedded_resource: ({ resourceUri = '' }) =>
    asks(
      embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
      text('Please process the embedded resource above.'),
    ),
  test_prompt_with_image: () =>
    asks(
      { type: 'image', data: png, mimeType: 'image/png' },
      text('Please analyze the image above.'),
    ),
};

async function contextual(call: Call): Promise<PromptMessage[]> {
  const question = {
    key: 'user_context',
    message: 'What context should the prompt use?',
    form: { type: 'object', properties: { context: { type: 'string' } }, required: ['context'] },
  };
  const answered = await call.asking?.ask(question);
  return asks(text(`Use this context: ${JSON.stringify(answered)}`));
}

const words = ['paris', 'park', 'party', 'london'];

/** The fixtures as the engine's library. */
export function fixtureLibrary(): Library {
  return {
    resources: async () => resources,
    templates: async () => [
      {
        uriTemplate: 'test://template/{id}/data',
        name: 'template',
        title: 'template',
        description: 'The fixture template.',
        mimeType: 'application/json',
      },
    ],
    async read(_asked, uri) {
      if (uri === 'test://static-text') {
        const said = 'This is the content of the static text resource.';
        return { uri, mimeType: 'text/plain', text: said };
      }
      if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: png };
      if (uri === 'test://watched-resource') return { uri, mimeType: 'text/plain', text: 'same' };
      const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
      if (id === undefined) return undefined;
      const told = { id, templateTest: true, data: `Data for ID: ${id}` };
      return { uri, mimeType: 'application/json', text: JSON.stringify(told) };
    },
    prompts: async () => prompts,
    async prompt({ call }, name, args) {
      const declared = prompts.find((one) => one.name === name);
      const missing = declared?.arguments.find((argument) => args[argument.name] === undefined);
      if (missing) throw new AppError('invalid_input', `The argument ${missing.name} is missing.`);
      return name === asking ? contextual(call) : messagesOf[name]?.(args);
    },
    complete: async (_asked, { value }) => words.filter((word) => word.startsWith(value)),
    watch: () => undefined,
  };
}
