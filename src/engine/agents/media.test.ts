// What an agent sees and gives beside text: images and documents, images as answers, searches that
// the provider makes, and earlier messages; and who refuses what.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  agent,
  type AgentServer,
  fixed,
  provider,
  providerKey,
  startAgents,
} from '../../../test/kit/agents.ts';

type Json = Record<string, any>;

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk' +
  '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const png = `data:image/png;base64,${pixel}`;
const pdf = 'data:application/pdf;base64,JVBERi0xLjQK';
const search = { id: 'web', value: { tool_type: 'websearch' } };
const twice = {
  id: 'twice',
  summary: 'twice',
  value: {
    type: 'rawscript',
    language: 'bun',
    content: 'export const main = (n: number) => 2 * n',
    input_transforms: { n: { type: 'ai' } },
  },
};

describe('what agents see and give', () => {
  let on: AgentServer;
  before(async () => {
    on = await startAgents(['openai', 'anthropic', 'openrouter', 'mistral']);
  });
  after(() => on.stop());
  afterEach(() => void on.model.calls.splice(0));

  async function succeed(modules: Json[]): Promise<any> {
    const outcome = await on.run(modules);
    assert.equal(outcome.success, true, JSON.stringify(outcome));
    return outcome.result;
  }

  it('shows images and documents to OpenAI, and keeps notes of them', async () => {
    on.model.answer({ text: 'a dot' });
    const [type, data] = ['image/png', pixel];
    const user_attachments = fixed([
      png,
      { data, media_type: type },
      { url: 'https://example.com/a.png' },
      pdf,
    ]);
    const { messages } = await succeed([agent({ user_attachments })]);
    const content = on.model.calls[0]?.body.messages[0].content;
    assert.deepEqual(content, [
      { type: 'text', text: 'Hello' },
      { type: 'image_url', image_url: { url: png } },
      { type: 'image_url', image_url: { url: png } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { filename: 'attachment-4.pdf', file_data: pdf } },
    ]);
    assert.match(messages[0].content, /^Hello\n\[image\/png, 7\d bytes\]/);
    assert.match(messages[0].content, /\[application\/pdf, 9 bytes\]$/);
    assert.doesNotMatch(JSON.stringify(messages), new RegExp(pixel.slice(0, 20)));
  });

  it('shows them to Anthropic, by their older name and without a word', async () => {
    on.model.answer({ text: 'a dot' });
    const inputs = {
      provider: provider('anthropic'),
      user_message: fixed(''),
      user_images: fixed([png, pdf, 'https://example.com/a.png']),
    };
    await succeed([agent(inputs)]);
    const base64 = { type: 'base64', media_type: 'image/png', data: pixel };
    assert.deepEqual(on.model.calls[0]?.body.messages, [
      {
        role: 'user',
        content: [
          { type: 'image', source: base64 },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQK' },
          },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        ],
      },
    ]);
  });

  it('lets OpenAI search, beside tools, a shape and attachments', async () => {
    on.model.answer({ calls: [{ name: 'twice', args: { n: 21 } }] }, { text: '{"n":42}' });
    const inputs = {
      provider: provider('openai', { reasoning_effort: 'low' }),
      system_prompt: fixed('Look it up.'),
      user_attachments: fixed([png, pdf]),
      output_schema: fixed({ type: 'object' }),
      max_completion_tokens: fixed(99),
      temperature: fixed(0.1),
    };
    const { output } = await succeed([agent(inputs, [twice, search])]);
    assert.deepEqual(output, { n: 42 });
    const [one, two] = on.model.calls;
    assert.equal(one?.path, '/responses');
    assert.deepEqual(one?.body.input, [
      { role: 'system', content: 'Look it up.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Hello' },
          { type: 'input_image', image_url: png },
          { type: 'input_file', filename: 'attachment-2.pdf', file_data: pdf },
        ],
      },
    ]);
    assert.deepEqual(
      one?.body.tools.map(({ type, name }: Json) => name ?? type),
      ['twice', 'web_search'],
    );
    const { store, temperature, max_output_tokens, reasoning, text } = one?.body ?? {};
    assert.deepEqual(
      { store, temperature, max_output_tokens, reasoning, shape: text.format.schema },
      {
        store: false,
        temperature: 0.1,
        max_output_tokens: 99,
        reasoning: { effort: 'low' },
        shape: { type: 'object' },
      },
    );
    assert.deepEqual(two?.body.input.slice(2), [
      { type: 'function_call', call_id: 'call_1_0', name: 'twice', arguments: '{"n":21}' },
      { type: 'function_call_output', call_id: 'call_1_0', output: '42' },
    ]);
  });

  it('lets Anthropic and OpenRouter search', async () => {
    on.model.answer({ text: 'found' });
    const inputs = { provider: provider('anthropic', { reasoning_effort: 'high' }) };
    assert.equal((await succeed([agent(inputs, [search])])).output, 'found');
    assert.deepEqual(on.model.calls[0]?.body.tools, [
      { type: 'web_search_20250305', name: 'web_search' },
    ]);
    assert.deepEqual(on.model.calls[0]?.body.output_config, { effort: 'high' });
    on.model.answer({ text: 'found' });
    await succeed([agent({ provider: provider('openrouter') }, [search])]);
    assert.deepEqual(on.model.calls[1]?.body.plugins, [{ id: 'web' }]);
  });

  for (const kind of ['openai', 'openrouter']) {
    it(`takes an image from ${kind}, and asks again when there is none`, async () => {
      on.model.answer({ text: 'I would rather not.' }, { image: pixel });
      const inputs = { provider: provider(kind), output_type: fixed('image') };
      const { output } = await succeed([agent(inputs)]);
      assert.equal(output, png);
      const [one, two] = on.model.calls;
      if (kind === 'openai') {
        assert.deepEqual(one?.body.tools, [{ type: 'image_generation' }]);
        assert.equal(two?.body.input.at(-1).content, 'Answer with an image.');
      } else {
        assert.deepEqual(one?.body.modalities, ['image', 'text']);
      }
    });
  }

  it('goes on from earlier messages, calls among them, with no new one', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'twice', arguments: '{"n":' } };
    const previous_messages = fixed([
      { role: 'user', content: 'What is twice 21?' },
      { role: 'assistant', content: null, tool_calls: [call], extra: 1 },
      { role: 'tool', tool_call_id: 'c1', content: '42' },
    ]);
    on.model.answer({ text: 'It is 42.' }, { text: 'It is 42.' });
    await succeed([agent({ user_message: fixed(''), previous_messages })]);
    assert.deepEqual(on.model.calls[0]?.body.messages.slice(1), [
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: '42' },
    ]);
    const inputs = { provider: provider('anthropic'), user_message: fixed(''), previous_messages };
    await succeed([agent(inputs)]);
    // Arguments that are no JSON are none.
    const said = on.model.calls[1]?.body.messages[1];
    assert.deepEqual(said.content, [{ type: 'tool_use', id: 'c1', name: 'twice', input: {} }]);
  });

  const refused: [string, Json, Json[], RegExp][] = [
    ['a search with mistral', { provider: provider('mistral') }, [search], /no web search/],
    [
      'an image of anthropic',
      { provider: provider('anthropic'), output_type: fixed('image') },
      [],
      /gives no images/,
    ],
    [
      'an image with a shape',
      { output_type: fixed('image'), output_schema: fixed({}) },
      [],
      /output_schema: an image has none/,
    ],
    ['a local file', { user_attachments: fixed(['file:///etc/passwd']) }, [], /attachment/],
    ['a program', { user_attachments: fixed(['data:text/html;base64,AAAA']) }, [], /attachment/],
    [
      'what is no base64',
      { user_attachments: fixed([{ data: '<svg>', media_type: 'image/png' }]) },
      [],
      /attachment/,
    ],
    [
      'a password in an address',
      { user_attachments: fixed(['https://me:hidden@example.com/a.png']) },
      [],
      /attachment/,
    ],
    ['a stored file', { user_attachments: fixed([{ s3: 'a.png' }]) }, [], /object store/],
    ['21 images', { user_attachments: fixed(Array(21).fill(png)) }, [], /user_attachments/],
  ];
  for (const [what, inputs, tools, message] of refused) {
    it(`refuses ${what}, and asks nobody`, async () => {
      const outcome = await on.run([agent(inputs, tools)]);
      assert.equal(outcome.success, false, JSON.stringify(outcome));
      assert.match(outcome.result.error.message, message);
      assert.doesNotMatch(JSON.stringify(outcome.result), /passwd|hidden|<svg>/);
      assert.ok(!JSON.stringify(outcome).includes(providerKey));
      assert.deepEqual(on.model.calls, []);
    });
  }
});
