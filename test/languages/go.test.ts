// Go through the public face: what main takes, what it returns, how it fails; and PowerShell, whose
// program no machine of the tests has: it deploys, and its jobs wait and say for what.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

const sample = `package inner

// func main(wrong string) in a comment; import "github.com/some/module" too
import (
	"errors"
	"fmt"
	"time"
)

type Order struct {
	ID    int      \`json:"id"\`
	Lines []string \`json:"lines,omitempty"\`
	inner string
}

func twice(n int) int { return n * 2 }

func main(name, greeting string, n int, share float64, loud bool, order *Order,
	at time.Time, more map[string]interface{}, rest ...string) (interface{}, error) {
	fmt.Println("for", name)
	if n < 0 {
		return nil, errors.New("no such customer: func main(")
	}
	return map[string]interface{}{
		"text": fmt.Sprintf("%s %s %d", greeting, name, twice(n)), "loud": loud, "order": order,
		"year": at.Year(), "more": more, "rest": rest, "share": share,
	}, nil
}
`;

const script = (body: string, imports = ''): string =>
  `package inner\n${imports}\nfunc main(n int) (interface{}, error) {\n${body}\n}\n`;

describe('Go scripts', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.stop());

  const deploy = (content: string, language = 'go', path = 'f/examples/in_go') =>
    server.op('scripts.create', { path, language, content });

  test('what main takes is read from its source; arguments arrive as they are', async () => {
    const made = await deploy(sample);
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { schema } = (await server.op('scripts.get', { path: 'f/examples/in_go' })).body;
    const all = 'name greeting n share loud order at more rest'.split(' ');
    assert.deepEqual(schema.order, all);
    assert.deepEqual(
      schema.required,
      all.filter((name) => name !== 'order' && name !== 'rest'),
    );
    const kinds = all.map((name) => schema.properties[name].type);
    const expected = 'string string integer number boolean object string object array'.split(' ');
    assert.deepEqual(kinds, expected);
    const { properties } = schema.properties.order;
    assert.deepEqual(Object.keys(properties), ['id', 'lines']);
    const name = `'; "$(id)" \\ \n ünï $n \``;
    const args = {
      ...{ name, greeting: 'Hi', n: 3, share: 0.5, loud: true, order: { id: 7, lines: ['a'] } },
      ...{ at: '2026-11-21T00:00:00Z', more: { a: [1, null] }, rest: ['x', 'y'], unknown: 1 },
    };
    const { body } = await server.op('jobs.runWait', { path: 'f/examples/in_go', args });
    assert.equal(body.success, true, JSON.stringify(body));
    const { text, year, order, more, rest } = body.result;
    assert.equal(text, `Hi ${name} 6`);
    assert.deepEqual([year, order, more, rest], [2026, args.order, args.more, args.rest]);
    const { body: logs } = await server.op('jobs.logs', { id: body.id });
    assert.match(logs.logs, /^for /m);
    const failed = await server.op('jobs.runWait', {
      path: 'f/examples/in_go',
      args: { ...args, n: -1 },
    });
    assert.match(failed.body.result.error.message, /no such customer/);
    const mistyped = await server.op('jobs.runWait', {
      path: 'f/examples/in_go',
      args: { ...args, n: 'three' },
    });
    assert.match(mistyped.body.result.error.message, /the argument n: json: cannot unmarshal/);
  });

  test('mistakes and modules are refused when it is deployed, with their place', async () => {
    const rows: [content: string, says: RegExp][] = [
      [script('\treturn n + absent, nil'), /script\.go:4:13: undefined: absent/],
      [script('\treturn (n, nil'), /script\.go:4:/],
      [script('return 1, nil', 'import "github.com/a/b"'), /script\.go:2:8: .*standard library/],
      [script('return 1, nil', 'import (\n\t"fmt"\n\tx "rsc.io/q"\n)'), /script\.go:4:4: /],
      [script('return C.rand(), nil', 'import "C"'), /modules and C are not supported/],
      ['package main\nfunc main() {}', /begins with: package inner/],
      ['package inner\nfunc main(string) error { return nil }', /needs a name/],
    ];
    for (const [content, says] of rows) {
      const made = await deploy(content, 'go', 'f/examples/bad');
      assert.equal(made.status, 422, content);
      assert.match(JSON.stringify(made.body), says, content);
      assert.doesNotMatch(JSON.stringify(made.body), /\/tmp\/|making-/);
    }
  });

  test('panics, early ends and endless loops are failures', async () => {
    const body = `
	switch n {
	case 1:
		var list []int
		return list[n], nil
	case 2:
		os.Exit(0)
	case 3:
		return func() {}, nil
	case 4:
		for {
		}
	}
	entries, _ := os.ReadDir("/work")
	return len(entries), os.WriteFile(os.Getenv("WM_WORKSPACE"), nil, 0o600)`;
    const made = await deploy(script(body, 'import "os"'), 'go', 'f/examples/fails');
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const run = async (n: number) =>
      (await server.op('jobs.runWait', { path: 'f/examples/fails', args: { n } })).body;
    assert.match((await run(1)).result.error.message, /panic: .*index out of range/);
    assert.match((await run(2)).result.error.message, /ended before main returned/);
    assert.match((await run(3)).result.error.message, /unsupported type/);
    assert.equal((await run(0)).result, 0, 'nothing of the machine is there');
    const endless = { path: 'f/examples/fails', args: { n: 4 }, timeout: 1 };
    const { body: over } = await server.op('jobs.runWait', endless);
    assert.equal(over.result.error.name, 'Timeout', JSON.stringify(over));
  });

  test('hostile source is read in one pass', async () => {
    const starts = ['func main(', 'func main(a "\\', 'import (\n"', '/*', 'type a struct {\nA a\n'];
    for (const start of starts) {
      const content = `package inner\n${start.repeat(100_000)}`;
      const made = await deploy(content, 'go', 'f/examples/x');
      assert.equal(made.status, 422);
    }
    for (const start of ['param(', '"`', "'", '[a', 'param($a=$true', '$true ', '<#']) {
      const content = `param(${start.repeat(200_000)}`;
      const input = { path: 'f/examples/x', language: 'powershell', content, autoParent: true };
      const made = await server.op('scripts.create', input);
      assert.equal(made.status, 200, JSON.stringify(made.body));
    }
  });

  test('powershell deploys by its param block; its job waits, and says for what', async () => {
    const content = `# param($wrong)
[CmdletBinding()]
param(
  [Parameter(Mandatory = $true)][string]$Name, # who
  [int]$N = 3, [string]$Path = 'C:\\', [string[]]$Tags, [switch]$Loud,
  [ValidateSet('a, b', "c)")] [string] $Kind = "a, b", $Any = $env:HOME
)
Write-Output "for $Name"
`;
    const path = 'f/examples/in_powershell';
    const made = await deploy(content, 'powershell', path);
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { schema } = (await server.op('scripts.get', { path })).body;
    assert.deepEqual(schema.order, ['Name', 'N', 'Path', 'Tags', 'Loud', 'Kind', 'Any']);
    assert.deepEqual(schema.required, ['Name', 'Tags']);
    const { N, Path, Tags, Loud, Kind, Any } = schema.properties;
    assert.deepEqual([N.type, N.default, Path.default], ['integer', 3, 'C:\\']);
    assert.deepEqual([Tags.type, Loud.type, Kind.default], ['array', 'boolean', 'a, b']);
    assert.equal(Any.default ?? null, null);
    const { body: pushed } = await server.op('jobs.run', { path, args: { Name: 'x' } });
    const { body: standing } = await server.op('jobs.standing', { id: pushed.id });
    assert.equal(standing.code, 'no_worker');
    assert.match(standing.reason, /^No worker serves the tag powershell\..* has pwsh \(see /);
  });
});
