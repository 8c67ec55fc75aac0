// Runs inside the child (bun, node or deno): reads a request, calls `main`, answers, restores.
// Owns nothing outside the child. Between runs it blocks in a read, so no left-over timer can run.
// It becomes ready only when the event loop is empty: a run that left anything behind never is.
import { createPlatform } from './platform.mjs';
import { createKeeper } from './keeper.mjs';
import { describeError, toJson } from './values.mjs';
import { entryOf, openWorkflow } from './workflow.mjs';

const platform = createPlatform();
const { read, send, writeLog, onIdle, later, exit, compile, host, byteLength } = platform;
const { maxRssKb, cpuMs } = platform;
const keeper = createKeeper();
const { parse } = JSON;
const { assign } = Object;

/** CPU of a run, above which the next is compiled for speed and not for a quick start. */
const computingMs = 5;

/** The run under way: { id, maxResultBytes, done, workflow }. */
let current;
let modules;
let computes = false;
let runs = 0;
/** Why this process may serve no further run. */
let retire;

function answer(kind, json) {
  const run = current;
  if (run === undefined || run.done) return;
  run.done = true;
  current = undefined;
  computes = cpuMs() - run.beganMs > computingMs;
  if (kind !== 'F' && byteLength(json) > run.maxResultBytes) {
    kind = 'F';
    const size = `the result has ${byteLength(json)} bytes of JSON`;
    const message = `${size}, more than the limit of ${run.maxResultBytes}`;
    json = toJson({ name: 'ResultTooLarge', message });
  }
  writeLog(run.mark);
  send(`${kind} ${run.id} ${maxRssKb()}\n${json}`);
}

const fail = (thrown) => answer('F', describeError(thrown));

/** Answers what `main` returned, or what a workflow waits for. */
function succeed(kind, value) {
  let json;
  try {
    json = toJson(value);
  } catch (error) {
    fail(new Error(`result is not JSON: ${error?.message ?? error}`, { cause: error }));
    return;
  }
  answer(kind, json);
}

/** How a round of a workflow ends; false when it has not. */
function settle(end) {
  if (end === undefined) return false;
  if (end.kind === 'later') return true;
  if (end.kind === 'F') fail(end.value);
  else succeed(end.kind, end.value);
  return true;
}

async function collect(result) {
  // An async generator as main: the chunks, joined, are the result.
  let text = '';
  for await (const chunk of result) text += typeof chunk === 'string' ? chunk : toJson(chunk);
  return text;
}

async function perform(request) {
  const run = current;
  try {
    if (request.code !== undefined) modules = compile(request.code);
    const exported = await modules(host(keeper.note), computes);
    const main = entryOf(exported, request.entrypoint);
    if (typeof main !== 'function') {
      const names = Object.keys(exported).filter((name) => typeof exported[name] === 'function');
      const known =
        names.length === 0 ? 'it exports no function' : `it exports: ${names.join(', ')}`;
      throw new Error(`the script exports no function named "${request.entrypoint}" (${known})`);
    }
    const { args, parameters } = request;
    run.workflow = openWorkflow(exported, main, request.checkpoint);
    let result = await main(...parameters.map((name) => args[name]));
    if (result !== null && typeof result === 'object' && typeof result.next === 'function') {
      if (typeof result[Symbol.asyncIterator] === 'function') result = await collect(result);
    }
    settle(run.workflow?.returned(result) ?? { kind: 'S', value: result });
  } catch (thrown) {
    settle(run.workflow?.threw(thrown) ?? { kind: 'F', value: thrown });
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
  const { id, mark, maxResultBytes } = request;
  current = { id, mark, maxResultBytes, beganMs: cpuMs() };
  assign(process.env, request.env);
  later(() => perform(request));
}

/** Bun tells of rejected promises a turn later: they must not be taken for the next run's. */
let turned = false;

onIdle(() => {
  if (runs > 0 && !turned) {
    turned = true;
    later(() => {});
    return;
  }
  turned = false;
  if (current !== undefined) {
    retire = 'main never finished';
    const message = 'main never finished: it waits for something that can no longer happen';
    if (!settle(current.workflow?.stuck())) fail(new Error(message));
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
  if (!settle(current?.workflow?.threw(thrown))) fail(thrown);
});
platform.onExit((code) => {
  fail(new Error(`the script ended its process (exit code ${code}) before main returned`));
});
