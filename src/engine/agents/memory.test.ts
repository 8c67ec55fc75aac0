// What agents remember: from run to run, for one person, until it is erased.
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

const window = (length: number): Json => fixed({ kind: 'window', context_length: length });

describe('the memory of agents', () => {
  let on: AgentServer;
  let dev = '';
  before(async () => {
    on = await startAgents(['openai', 'anthropic']);
    const user = { email: 'dev@example.com', password: 'correct horse battery dev' };
    await on.op('users.create', user);
    await on.op('members.add', { email: user.email, username: 'dev', role: 'developer' });
    dev = (await on.op('session.login', user)).token;
    await on.op('folders.addOwner', { name: 'ai', owner: 'u/dev' }).catch(() => undefined);
  });
  after(() => on.stop());
  afterEach(() => void on.model.calls.splice(0));

  /** Says something to the agent; answers what the model was told. */
  async function say(text: string, inputs: Json, token?: string): Promise<Json[]> {
    on.model.answer({ text: `re: ${text}` });
    const value = { modules: [agent({ user_message: fixed(text), ...inputs })] };
    const outcome = await on.op('jobs.previewFlowWait', { value, waitMs: 60_000 }, token);
    assert.equal(outcome.success, true, JSON.stringify(outcome));
    return on.model.calls.at(-1)?.body.messages;
  }
  const spoken = (messages: Json[]): string[] => messages.map(({ content }) => content);
  const memory = (owner: string, memoryId: string): Json => ({
    owner,
    flowPath: '',
    stepId: 'a',
    memoryId,
  });

  it('is told to the next run of the same id, after the instructions', async () => {
    const inputs = {
      memory: window(20),
      memory_id: fixed('one'),
      system_prompt: fixed('Be kind.'),
    };
    await say('I am Ann', inputs);
    assert.deepEqual(spoken(await say('Who am I?', inputs)), [
      'Be kind.',
      'I am Ann',
      're: I am Ann',
      'Who am I?',
    ]);
    const previous_messages = fixed([{ role: 'user', content: 'not read' }]);
    const other = { ...inputs, memory_id: fixed('two'), previous_messages };
    assert.deepEqual(spoken(await say('And here?', other)), ['Be kind.', 'And here?']);
  });

  it('is a window, and begins with a question', async () => {
    const inputs = { memory: window(3), memory_id: fixed('window') };
    await say('1', inputs);
    await say('2', inputs);
    assert.deepEqual(spoken(await say('3', inputs)), ['2', 're: 2', '3']);
    for (const text of ['4', '5', '6', '7']) await say(text, inputs);
    const [row] = (await on.op('agents.listMemories', {})).filter(
      ({ memoryId }: Json) => memoryId === 'window',
    );
    assert.equal(row.runs, 3, JSON.stringify(row));
  });

  it('holds calls and their results, notes of images, and no key', async () => {
    const tool = {
      id: 'twice',
      summary: 'twice',
      value: {
        type: 'rawscript',
        language: 'bun',
        content: 'export const main = (n: number) => 2 * n',
        input_transforms: { n: { type: 'ai' } },
      },
    };
    const inputs = { memory: window(20), memory_id: fixed('tools') };
    const image = 'data:image/png;base64,iVBORw0KGgo=';
    on.model.answer(
      { calls: [{ name: 'twice', args: { n: 2 } }] },
      { text: `Your key is ${providerKey}` },
    );
    await on.run([agent({ ...inputs, user_attachments: fixed([image]) }, [tool])]);
    const messages = await say('again', { ...inputs, provider: provider('anthropic') });
    assert.deepEqual(
      messages.map(({ role, content }) => [role, content.map(({ type }: Json) => type).join()]),
      [
        ['user', 'text'],
        ['assistant', 'tool_use'],
        ['user', 'tool_result'],
        ['assistant', 'text'],
        ['user', 'text'],
      ],
    );
    const told = JSON.stringify(messages);
    assert.match(told, /image\/png, 9 bytes/);
    assert.ok(!told.includes(providerKey) && !told.includes('iVBOR'));
    const got = await on.op('agents.getMemory', memory('u/owner', 'tools'));
    assert.ok(!JSON.stringify(got).includes(providerKey));
  });

  it('belongs to one person: to read, to list, to erase, and to be told', async () => {
    const inputs = { memory: window(20), memory_id: fixed('shared id') };
    await say('the owner was here', inputs);
    assert.deepEqual(spoken(await say('dev is here', inputs, dev)), ['dev is here']);
    const owners = memory('u/owner', 'shared id');
    const devs = memory('u/dev', 'shared id');
    const seen: [ref: Json, token: string | undefined, status: number][] = [
      [owners, undefined, 200],
      [devs, undefined, 200],
      [devs, dev, 200],
      [owners, dev, 404],
      [memory('u/dev', 'none'), dev, 404],
    ];
    for (const [ref, token, status] of seen) {
      const answer = await on.server.op('agents.getMemory', ref, token);
      assert.equal(answer.status, status, JSON.stringify([ref, answer.body]));
      if (status === 404) assert.doesNotMatch(JSON.stringify(answer.body), /was here/);
    }
    const listed = await on.op('agents.listMemories', {}, dev);
    assert.deepEqual(
      listed.map(({ owner, memoryId, runs }: Json) => [owner, memoryId, runs]),
      [['u/dev', 'shared id', 1]],
    );
    assert.equal((await on.server.op('agents.eraseMemory', owners, dev)).status, 404);
    assert.deepEqual(await on.op('agents.eraseMemory', devs, dev), { runs: 1 });
    assert.equal((await on.server.op('agents.eraseMemory', devs, dev)).status, 404);
    assert.deepEqual(spoken(await say('again', inputs, dev)), ['again']);
    assert.equal((await on.op('agents.getMemory', owners)).messages.length, 2);
    const audit = await on.op('audit.list', { operation: 'agents.eraseMemory' });
    assert.deepEqual(
      audit.map(({ username }: Json) => username).filter((name: string) => name !== 'dev'),
      [],
    );
  });

  it('is kept by runs that end well alone, and by no id or length at all', async () => {
    const inputs = { memory: window(20), memory_id: fixed('broken') };
    on.model.answer({ status: 400, body: 'no' });
    const value = [agent({ user_message: fixed('lost'), ...inputs })];
    assert.equal((await on.run(value)).success, false);
    assert.deepEqual(spoken(await say('kept', inputs)), ['kept']);
    const none: Json[] = [
      { memory: window(20) },
      { memory: window(0), memory_id: fixed('none') },
      { memory: fixed({ kind: 'auto', memory_id: 'none' }) },
      { memory: fixed({ kind: 'off' }), memory_id: fixed('none') },
    ];
    for (const each of none) {
      await say('first', each);
      assert.deepEqual(spoken(await say('second', each)), ['second']);
    }
    const auto = { memory: fixed({ kind: 'auto', context_length: 5, memory_id: 'auto' }) };
    await say('first', auto);
    assert.deepEqual(spoken(await say('second', auto)), ['first', 're: first', 'second']);
  });
});
