// An MCP program that misbehaves as its first argument says.
const [, , how] = process.argv;
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const tool = { name: 'act', description: 'Acts.', inputSchema: { type: 'object' } };
const annotations = { readOnlyHint: true };

function onCall(id) {
  if (how === 'crash') process.exit(7);
  if (how === 'long-line') return process.stdout.write(`${'x'.repeat(11_000_000)}\n`);
  process.stdout.write(Buffer.from([0xff, 0xfe, 0x22, 0x0a]));
  process.stdout.write('{"jsonrpc":"2.0","id":\n');
  say({ jsonrpc: '2.0', id: 'another', result: { content: [{ type: 'text', text: 'wrong' }] } });
  say({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'right' }] } });
}

function onMessage({ id, method, params }) {
  if (id === undefined) return;
  if (method === 'initialize') {
    const { protocolVersion } = params;
    const serverInfo = { name: 'crashing', version: '1' };
    say({
      jsonrpc: '2.0',
      id,
      result: { protocolVersion, capabilities: { tools: {} }, serverInfo },
    });
  } else if (method === 'tools/list') {
    say({ jsonrpc: '2.0', id, result: { tools: [{ ...tool, annotations }] } });
  } else if (method === 'tools/call') onCall(id);
  else say({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
}

let rest = '';
process.stdin.on('data', (chunk) => {
  const lines = (rest + String(chunk)).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) onMessage(JSON.parse(line));
});
