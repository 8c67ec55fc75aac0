// PHP and Ruby through the public face: what main takes, what it returns, how it fails.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

const samples = {
  php: `<?php
class Order { public function __construct(public int $id, public array $lines) {} }
// A function main in a comment: function main($wrong) {}
function helper(int $n): int { return $n * 2; }

function main(
  string $name, int $n = 3, ?float $share = null, array $tags = ["a, b", 'c)'], bool $loud = false
) {
  echo "for $name\\n";
  return ["text" => "$name's " . helper($n), "tags" => $tags, "loud" => $loud, "share" => $share,
    "order" => new Order(7, [1.0, 2]), "none" => null];
}`,
  ruby: `require 'json'
Order = Struct.new(:id)
def helper(n) = n * 2

def main(name, n = 3, share = nil, tags = ["a, b", 'c)'], loud: false)
  puts "for #{name}"
  { text: "#{name}'s #{helper(n)}", tags: tags, loud: loud, share: share, none: nil }
end`,
};

describe('PHP and Ruby scripts', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.stop());

  const run = async (language: string, content: string, more: object = {}) =>
    (await server.op('jobs.previewWait', { language, content, ...more })).body;

  for (const language of ['php', 'ruby'] as const) {
    test(`${language}: what main takes is read from its source`, async () => {
      const path = `f/examples/in_${language}`;
      const content = samples[language];
      const made = await server.op('scripts.create', { path, language, content });
      assert.equal(made.status, 200, JSON.stringify(made.body));
      const { schema } = (await server.op('scripts.get', { path })).body;
      assert.deepEqual(schema.required, ['name']);
      assert.deepEqual(schema.order, ['name', 'n', 'share', 'tags', 'loud']);
      const { n, share, tags, loud } = schema.properties;
      assert.deepEqual([n.type, n.default], ['integer', 3]);
      assert.deepEqual([loud.type, loud.default], ['boolean', false]);
      assert.equal(share.default, null);
      // A list with a string in single quotes is known at run time only.
      assert.equal(tags.default, null);
      const { body } = await server.op('jobs.runWait', { path, args: { name: 'Ann', more: 1 } });
      assert.equal(body.success, true, JSON.stringify(body));
      const { text, loud: said, tags: list } = body.result;
      assert.deepEqual([text, said, list], ["Ann's 6", false, ['a, b', 'c)']]);
      const { body: logs } = await server.op('jobs.logs', { id: body.id });
      assert.match(logs.logs, /^for Ann$/m);
    });

    test(`${language}: arguments arrive as they are, whatever they say`, async () => {
      const name = `'; "$(id)" #{1} \\ \n ünï $n`;
      // Ruby knows no way to leave out a positional argument before another one.
      const args = { name, n: 3, share: null, tags: { a: [1, 2.5, null] }, loud: true };
      const { result } = await run(language, samples[language], { args });
      assert.deepEqual([result.text, result.tags, result.loud], [`${name}'s 6`, args.tags, true]);
    });
  }

  test('php: objects and numbers', async () => {
    const { result } = await run('php', samples.php, { args: { name: 'x', share: 0.5 } });
    assert.deepEqual(result.order, { id: 7, lines: [1, 2] });
    assert.equal(result.share, 0.5);
  });

  test('errors carry what the program said', async () => {
    const rows: [language: string, content: string, says: RegExp][] = [
      [
        'php',
        '<?php\nfunction main() { throw new Exception("no such customer"); }',
        /no such cust/,
      ],
      ['ruby', 'def main\n  raise "no such customer"\nend', /no such customer \(RuntimeError\)/],
      ['php', '<?php\nfunction main() { exit(0); }', /ended before main returned/],
      ['ruby', 'def main = exit(0)', /ended before main returned/],
      ['ruby', 'def other = 1', /no method named "main"/],
      ['php', '<?php\nfunction main() { return STDIN; }', /type is not supported/i],
    ];
    for (const [language, content, says] of rows) {
      const { success, result } = await run(language, content);
      assert.equal(success, false, content);
      assert.match(result.error.message, says, content);
    }
  });

  test('what does not parse, or needs packages, is refused when it is deployed', async () => {
    const rows: [language: string, content: string, says: RegExp][] = [
      ['php', '<?php\n\nfunction main( { }', /script\.php:3/],
      ['php', 'function main() {}', /begins with <\?php/],
      ['php', '<?php\n// require:\n// a/b@1\nfunction main() {}', /not supported/],
      ['ruby', 'def main\n  1 +\nend', /script\.rb:/],
      ['ruby', "require 'windmill/inline'\ndef main = 1", /not supported/],
    ];
    for (const [language, content, says] of rows) {
      const input = { path: 'f/examples/bad', language, content };
      const made = await server.op('scripts.create', input);
      assert.equal(made.status, 422, JSON.stringify(made.body));
      assert.match(JSON.stringify(made.body), says);
    }
  });

  test('limits hold: endless loops, memory, the environment', async () => {
    const endless = await run('php', '<?php\nfunction main() { while (true); }', { timeout: 1 });
    assert.equal(endless.result.error.name, 'Timeout');
    const large = await run('ruby', "def main\n  a = []\n  loop { a << 'x' * 50_000_000 }\nend");
    assert.equal(large.result.error.name, 'MemoryLimit', JSON.stringify(large.result));
    const { result } = await run(
      'php',
      '<?php\nfunction main() { return getenv("WM_WORKSPACE"); }',
    );
    assert.equal(result, 'test');
  });

  test('a parameter list that never ends is read in one pass', async () => {
    for (const [language, start] of [
      ['php', '<?php\nfunction main('],
      ['ruby', 'def main('],
    ] as const) {
      const content = start + '$a = "\\'.repeat(100_000);
      const made = await server.op('scripts.create', { path: 'f/examples/x', language, content });
      assert.ok(made.status === 422 || made.status === 200);
    }
  });
});
