// Python scripts with packages through the public face, from an index of the test's own wheels:
// imports are resolved at deploy, locked, installed in the sandbox and run from the lock.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type PythonIndex, startPythonIndex } from '../kit/python-index.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const greeter = (version: string) => ({
  name: 'test-greet',
  version,
  requires: ['test-words>=1'],
  files: {
    'test_greet/__init__.py':
      'from test_words import hello\n' +
      `def greet(name):\n    return f"{hello} {name} ${version}"\n`,
  },
});

describe('Python scripts with packages', () => {
  let server: TestServer;
  let index: PythonIndex;
  before(async () => {
    index = await startPythonIndex();
    index.publish({
      name: 'test-words',
      version: '1.5',
      files: { 'test_words.py': 'hello = "hello"\n' },
    });
    index.publish(greeter('1.0'));
    index.publish(greeter('2.0'));
    server = await startTestServer({ PIP_INDEX_URL: index.url });
  });
  after(async () => {
    await server?.stop();
    await index?.close();
  });

  const source =
    'import json\nimport test_greet\ndef main(name: str):\n  return test_greet.greet(name)\n';

  const deploy = (path: string, content: string, more: object = {}) =>
    server.op('scripts.create', { path, language: 'python3', content, ...more });
  const run = async (path: string, args: object = {}) =>
    (await server.op('jobs.runWait', { path, args })).body;

  test('imports are resolved when it is deployed, and locked with all that they need', async () => {
    const made = await deploy('f/examples/greets', source);
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { body: script } = await server.op('scripts.get', { path: 'f/examples/greets' });
    assert.match(script.lock, /^# py: 3\.\d+\ntest-greet==2\.0\ntest-words==1\.5\n$/);
    assert.equal((await run('f/examples/greets', { name: 'Ann' })).result, 'hello Ann 2.0');
    const status = await server.op('scripts.deploymentStatus', { hash: made.body.hash });
    assert.equal(status.body.lock, script.lock);
  });

  test('a lock is kept to, also by what was published since', async () => {
    const lock = '# py: 3.11\ntest-greet==1.0\ntest-words==1.5\n';
    const made = await deploy('f/examples/locked', source, { lock });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    assert.equal((await run('f/examples/locked', { name: 'Bo' })).result, 'hello Bo 1.0');
    const { body } = await server.op('scripts.get', { path: 'f/examples/locked' });
    assert.equal(body.lock, lock);
  });

  test('comments state versions, in place of the imports', async () => {
    const preview = async (content: string) =>
      (await server.op('jobs.previewWait', { language: 'python3', content })).body.result;
    const main = 'def main():\n  import test_greet\n  return test_greet.greet("x")\n';
    assert.equal(await preview(`#requirements:\n#test-greet<2\n\n${main}`), 'hello x 1.0');
    assert.equal(await preview(`#extra_requirements:\n#test-greet==1.0\n\n${main}`), 'hello x 1.0');
    const inline = `# /// script\n# dependencies = ["test-greet==1.0"]\n# ///\n${main}`;
    assert.equal(await preview(inline), 'hello x 1.0');
    assert.equal(await preview(main), 'hello x 2.0');
  });

  test('a machine that does not have the packages yet installs them from the lock', async () => {
    const path = 'f/examples/where';
    const content = 'import test_words\ndef main():\n  return test_words.__file__\n';
    assert.equal((await deploy(path, content)).status, 200);
    const { result } = await run(path);
    const [folder = ''] = /^.*\/[0-9a-f]{64}\//.exec(result) ?? [];
    assert.notEqual(folder, '', result);
    await rm(folder, { recursive: true });
    index.publish({ name: 'test-words', version: '2.0', files: { 'test_words.py': '' } });
    // Somebody else, whose processes do not have the old folder any more.
    const token = await server.tokenWith(['jobs:run']);
    const again = await server.op('jobs.runWait', { path }, token);
    assert.equal(again.body.result, result, JSON.stringify(again.body));
    const logs = await server.op('jobs.logs', { id: again.body.id });
    assert.match(JSON.stringify(logs.body), /Successfully installed test.words-1\.5/);
  });

  test('what cannot be had is refused when it is deployed, with the way out', async () => {
    const rows: [content: string, lock: string | undefined, says: RegExp][] = [
      [
        'import test_nowhere\ndef main(): pass',
        undefined,
        /test.nowhere: there is no such package/,
      ],
      ['#requirements:\n#test-greet==9\ndef main(): pass', undefined, /test-greet==9/],
      ['#requirements:\n#--index-url http://x\ndef main(): pass', undefined, /no addresses/],
      ['#requirements:\n#x @ file:///etc/passwd\ndef main(): pass', undefined, /no addresses/],
      ['def main(): pass', 'x @ http://127.0.0.1/x.whl', /name==version/],
      ['def main(): pass', '-r /etc/passwd', /name==version/],
    ];
    for (const [content, lock, says] of rows) {
      const made = await deploy('f/examples/refused', content, lock === undefined ? {} : { lock });
      assert.equal(made.status, 422, JSON.stringify(made.body));
      assert.match(JSON.stringify(made.body), says);
    }
    assert.equal((await server.op('scripts.get', { path: 'f/examples/refused' })).status, 404);
  });

  test('an index that does not answer is told, without the word that opens it', async () => {
    const lost = await startTestServer({
      PIP_INDEX_URL: 'http://user:hunter2hunter2@127.0.0.1:1/simple',
      PIP_RETRIES: '1',
    });
    try {
      const made = await lost.op('scripts.create', {
        path: 'f/examples/lost',
        language: 'python3',
        content: 'import test_unheard_of\ndef main(): pass',
      });
      assert.equal(made.status, 503, JSON.stringify(made.body));
      assert.match(JSON.stringify(made.body), /index cannot be reached/);
      assert.doesNotMatch(JSON.stringify([made.body, lost.logLines]), /hunter2hunter2/);
    } finally {
      await lost.stop();
    }
  });

  test('Python’s own modules, optional imports and what is for types need nothing', async () => {
    const askedBefore = index.asked.length;
    const content = `from typing import TYPE_CHECKING
import tomllib
try:
  import test_optional
except ImportError:
  test_optional = None
if TYPE_CHECKING:
  import test_types
def main():
  return test_optional`;
    const { body } = await server.op('jobs.previewWait', { language: 'python3', content });
    assert.deepEqual([body.success, body.result], [true, null], JSON.stringify(body));
    assert.equal(index.asked.length, askedBefore);
  });
});
