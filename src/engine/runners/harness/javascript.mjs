// Runs inside the child (bun, node or deno): reads a request, calls `main`, answers, restores.
// Owns nothing outside the child. Between runs it blocks in a read, so no left-over timer can run.
// It becomes ready only when the event loop is empty: a run that left anything behind never is.
import { createPlatform } from './platform.mjs';
import { createKeeper } from './keeper.mjs';
import { describeError, toJson } from './values.mjs';

const platform = createPlatform();
const { read, send, writeLog, onIdle, later, exit, maxRssKb, compile, host, byteLength } = platform;
const keeper = createKeeper();
const { parse } = JSON;
const { assign } = Object;

/** The run under way: { id, maxResultBytes, done }. */
let current;
let factory;
let runs = 0;
/** Why this process may serve no further run. */
let retire;

function answer(kind, json) {
  const run = current;
  if (run === undefined || run.done) return;
  run.done = true;
  current = undefined;
  if (kind === 'S' && byteLength(json) > run.maxResultBytes) {
    kind = 'F';
    const size = `the result has ${byteLength(json)} bytes of JSON`;
    const message = `${size}, more than the limit of ${run.maxResultBytes}`;
    json = toJson({ name: 'ResultTooLarge', message });
  }
  writeLog(run.mark);
  send(`${kind} ${run.id} ${maxRssKb()}\n${json}`);
}

const fail = (thrown) => answer('F', describeError(thrown));

async function collect(result) {
  // An async generator as main: the chunks, joined, are the result.
  let text = '';
  for await (const chunk of result) text += typeof chunk === 'string' ? chunk : toJson(chunk);
  return text;
}

async function perform(request) {
  try {
    if (request.code !== undefined) factory = compile(request.code);
    const exported = await factory(host(keeper.note));
    const main = exported[request.entrypoint];
    if (typeof main !== 'function') {
      const names = Object.keys(exported).filter((name) => typeof exported[name] === 'function');
      const known =
        names.length === 0 ? 'it exports no function' : `it exports: ${names.join(', ')}`;
      throw new Error(`the script exports no function named "${request.entrypoint}" (${known})`);
    }
    const { args, parameters } = request;
    let result = await main(...parameters.map((name) => args[name]));
    if (result !== null && typeof result === 'object' && typeof result.next === 'function') {
      if (typeof result[Symbol.asyncIterator] === 'function') result = await collect(result);
    }
    let json;
    try {
      json = toJson(result);
    } catch (error) {
      throw new Error(`result is not JSON: ${error?.message ?? error}`, { cause: error });
    }
    answer('S', json);
  } catch (thrown) {
    fail(thrown);
  }
}

function begin() {
  let text = null;
  try {
    send('R');
    text = read();
  } catch {
    // The channel is closed, by the worker's end or by the script: nobody is there to tell.
  }
  if (text === null) exit(0);
  const request = parse(text);
  // Costs 10 to 20 ms, which a process that serves one run only does not owe.
  if (runs === 0 && request.reuse) keeper.remember(request.code);
  runs += 1;
  current = { id: request.id, mark: request.mark, maxResultBytes: request.maxResultBytes };
  assign(process.env, request.env);
  later(() => perform(request));
}

onIdle(() => {
  if (current !== undefined) {
    retire = 'main never finished';
    fail(new Error('main never finished: it waits for something that can no longer happen'));
  }
  const reason = retire ?? (runs === 0 ? undefined : keeper.leave());
  if (reason !== undefined) {
    send(`B${reason}`);
    exit(0);
  }
  begin();
});

platform.onStray((thrown) => {
  // An error outside main's own promise ends the run, as it would end a plain process.
  retire = `an error outside main: ${thrown?.message ?? thrown}`;
  fail(thrown);
});
platform.onExit((code) => {
  fail(new Error(`the script ended its process (exit code ${code}) before main returned`));
});
