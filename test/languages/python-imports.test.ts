// Python scripts that import other scripts of their workspace.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

describe('Python scripts that import scripts', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await deploy('f/examples/more/deep', 'suffix = "!"\ndef fail():\n  raise ValueError("deep")');
    await deploy(
      'f/examples/words',
      'from .more.deep import suffix\ndef hello(n):\n  return n + suffix',
    );
    await deploy('f/examples/typed', 'export const main = () => 1', 'bun');
  });
  after(() => server?.stop());

  async function deploy(path: string, content: string, language = 'python3') {
    const made = await server.op('scripts.create', { path, language, content, autoParent: true });
    return { status: made.status, text: JSON.stringify(made.body) };
  }
  const run = async (path: string) => (await server.op('jobs.runWait', { path })).body;

  test('by their paths, relative ones, whole modules, and what those import', async () => {
    const content = `from f.examples.words import hello
from f.examples import words
import f.examples.more.deep as deep
from . import words as again
def main():
  return [hello("a"), words.hello("b"), deep.suffix, again is words, __package__]`;
    const made = await deploy('f/examples/user', content);
    assert.equal(made.status, 200, made.text);
    const expected = ['a!', 'b!', '!', true, 'f.examples'];
    assert.deepEqual((await run('f/examples/user')).result, expected);
    // As they were when it was deployed.
    await deploy('f/examples/words', 'def hello(n):\n  return "changed"');
    assert.deepEqual((await run('f/examples/user')).result, expected);
  });

  test('errors name the lines of the scripts', async () => {
    const content = `from f.examples.more import deep
def main():
  deep.fail()`;
    await deploy('f/examples/fails', content);
    const { error } = (await run('f/examples/fails')).result;
    assert.match(error.stack, /"script\.py", line 3, in main\n +deep\.fail\(\)/);
    assert.match(error.stack, /"f\/examples\/more\/deep\.py", line 3, in fail/);
  });

  test('scripts that import each other', async () => {
    await deploy('f/examples/one', 'a = 1');
    await deploy('f/examples/two', 'import f.examples.one as one\nb = 2');
    await deploy(
      'f/examples/one',
      'import f.examples.two as two\na = 1\ndef main():\n  return two.b',
    );
    const { result } = await run('f/examples/one');
    assert.equal(result, 2, JSON.stringify(result));
  });

  test('what is not there, no Python, or not theirs to read is refused', async () => {
    for (const [content, says] of [
      ['from f.examples.nothing import x\ndef main(): pass', /no such script/],
      ['from f.examples.typed import main', /is no Python/],
      ['from u.owner.secret import x', /u\/owner\/secret: no such script/],
    ] as const) {
      const { status, text } = await deploy('f/examples/refused', content);
      assert.equal(status, 422, text);
      assert.match(text, says);
    }
  });
});
