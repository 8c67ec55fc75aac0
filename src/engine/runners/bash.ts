// How a Bash script is asked and how its result is found: ./result.json, else ./result.out, else
// the last line of its output (both streams, as Windmill does). Like there, `set -e` is on.
import type { Exchange, Reply } from './channel.ts';
import { createLastLine } from './last-line.ts';
import type { RunLimits, RunRequest } from './runner.ts';

export const quoted = (text: string): string =>
  `'${text.replaceAll('\0', '').replaceAll("'", String.raw`'\''`)}'`;

/** Arguments of a script are strings: text as it is, absent or null as empty, the rest as JSON. */
function argument(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Shell text that the harness evaluates: variables, positional arguments, the script. */
function prelude(request: RunRequest, id: string, mark: string): string {
  const { env, parameters, args, code, limits } = request;
  const exports = Object.entries(env)
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
    .map(([name, value]) => `export ${name}=${quoted(value)}`);
  const positional = parameters.map((name) => quoted(argument(args[name]))).join(' ');
  return [
    ...exports,
    `__id=${id}`,
    `__mark=${quoted(mark)}`,
    `__max=${limits.maxResultBytes}`,
    `__script=${quoted(code)}`,
    `set -- ${positional}`,
  ].join('\n');
}

const failed = (name: string, message: string): string => JSON.stringify({ name, message });

function valueOf(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return JSON.stringify(text);
  }
}

interface Output {
  lastLine(): string;
  /** The end of the log, for errors. */
  tail(): string;
}

/** `X <id> <peak KiB> <exit code> <json|out|line|large>\n<content of the result file>`. */
function parse(
  payload: Buffer,
  { id, limits }: { id: string; limits: RunLimits },
  output: Output,
): Reply {
  const end = payload.indexOf(10);
  const head = payload.toString('latin1', 0, Math.max(0, end));
  const [kind, ofRun, peak, code, source] = head.split(' ');
  if (kind !== 'X' || ofRun !== id || code === undefined) throw new Error('no answer to this run');
  const content = payload.toString('utf8', end + 1);
  const memPeakKb = Number(peak) > 0 ? Number(peak) : null;
  const fail = (name: string, message: string): Reply => ({
    success: false,
    json: failed(name, message),
    memPeakKb,
  });
  if (code !== '0') {
    const lines = output.tail();
    return fail(
      'ExecutionErr',
      `exit code ${code}${lines === '' ? '' : `, last log lines:\n${lines}`}`,
    );
  }
  const tooLarge = `the result is larger than the limit of ${limits.maxResultBytes} bytes`;
  if (source === 'large') return fail('ResultTooLarge', tooLarge);
  if (source === 'json') {
    try {
      return { success: true, json: JSON.stringify(JSON.parse(content)), memPeakKb };
    } catch (error) {
      return fail('Error', `result.json is not JSON: ${(error as Error).message}`);
    }
  }
  const json = valueOf(source === 'out' ? content.replace(/\n$/, '') : output.lastLine());
  if (Buffer.byteLength(json) > limits.maxResultBytes) return fail('ResultTooLarge', tooLarge);
  return { success: true, json, memPeakKb };
}

const tailBytes = 1000;

/** What the channel needs to ask a harness for this run and to read its answer. */
export function bashExchange(
  request: RunRequest,
): Pick<Exchange, 'encode' | 'parse'> & { onOutput(bytes: Buffer): void } {
  const line = createLastLine(request.limits.maxResultBytes + 1);
  let tail: Buffer = Buffer.alloc(0);
  const output: Output = {
    lastLine: () => line.text(),
    tail: () => tail.toString().trim().split('\n').slice(-5).join('\n'),
  };
  return {
    onOutput(bytes) {
      line.push(bytes);
      tail = Buffer.concat([tail, bytes.subarray(-tailBytes)]).subarray(-tailBytes);
    },
    encode: (id, mark) => prelude(request, id, mark),
    parse: (payload, id) => parse(payload, { id, limits: request.limits }, output),
  };
}
