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

/** The run under way: { id, maxResultBytes, done }. */
let current;
let factory;
/** Why this process may serve no further run. */
let retire;

function answer(kind, json) {
  const run = current;
  if (run === undefined || run.done) return;
  run.done = true;
  current = undefined;
  if (kind === 'S' && byteLength(json) > run.maxResultBytes) {
    kind = 'F';
    json = toJson({
      name: 'ResultTooLarge',
      message: `the result has ${byteLength(json)} bytes of JSON, more than the limit of ${run.maxResultBytes}`,
    });
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

async function run(request) {
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
      throw new Error(`result is not JSON: ${error?.message ?? error}`);
    }
    answer('S', json);
  } catch (thrown) {
    fail(thrown);
  }
}

function begin() {
  send('R');
  const text = read();
  if (text === null) exit(0);
  const request = parse(text);
  current = { id: request.id, mark: request.mark, maxResultBytes: request.maxResultBytes };
  keeper.enter(request.env);
  later(() => run(request));
}

onIdle(() => {
  if (current !== undefined) {
    retire = 'main never finished';
    fail(new Error('main never finished: it waits for something that can no longer happen'));
  }
  const reason = retire ?? keeper.leave();
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
keeper.remember();
