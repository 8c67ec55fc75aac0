// The few things that differ between bun, node and deno: the control channel, logs, the event
// loop, compiling. Everything is captured at load, so a script's later changes do not reach it.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const AsyncFunction = (async () => {}).constructor;
const { Atomics: atomics, Int32Array: Ints } = globalThis;
const sleeper = new Ints(new SharedArrayBuffer(4));
const scriptUrl = 'file:///tmp/job/script.ts';

/** Reads one frame (`<length>\n<payload>`); null at the end of the channel. */
function frameReader(readSome) {
  const buffer = new Uint8Array(65_536);
  return () => {
    let have = 0;
    let end = -1;
    while (end === -1) {
      const count = readSome(buffer.subarray(have));
      if (count === 0) return null;
      have += count;
      end = buffer.subarray(0, have).indexOf(10);
    }
    const length = Number(decoder.decode(buffer.subarray(0, end)));
    const start = end + 1;
    if (have - start >= length) return decoder.decode(buffer.subarray(start, start + length));
    const payload = new Uint8Array(length);
    payload.set(buffer.subarray(start, have));
    for (let at = have - start; at < length;) {
      const count = readSome(payload.subarray(at));
      if (count === 0) return null;
      at += count;
    }
    return decoder.decode(payload);
  };
}

function writerTo(writeSome) {
  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      try {
        at += writeSome(at === 0 ? bytes : bytes.subarray(at));
      } catch (error) {
        // A script may have made the descriptor non-blocking.
        if (error?.code !== 'EAGAIN') throw error;
        atomics.wait(sleeper, 0, 0, 1);
      }
    }
  };
}

function frameSender(write) {
  return (text) => {
    const body = encoder.encode(text);
    const head = encoder.encode(`${body.length}\n`);
    const frame = new Uint8Array(head.length + body.length);
    frame.set(head);
    frame.set(body, head.length);
    write(frame);
  };
}

const { Script } = process.getBuiltinModule('node:vm');
const { runInThisContext } = Script.prototype;

/**
 * The modules of a script, made anew at each call: `make(host, computes)`. A function that is
 * called again keeps what the engine has compiled of it, which short runs live on; but the engine
 * no longer takes its constants for constants, and code that computes for long runs at half the
 * speed. So after a run that computed, the next gets a function of its own. Both forms have the
 * code from their third line on, and frames of `script.js`.
 */
function compile(code) {
  const kept = new AsyncFunction('__host', `${code}\n//# sourceURL=script.js`);
  let script;
  return (host, computes) => {
    if (!computes) return kept(host);
    const wrapped = `(async function (__host\n) {\n${code}\n})`;
    script ??= new Script(wrapped, { filename: 'script.js' });
    return runInThisContext.call(script)(host);
  };
}

/** Reads requests and writes answers on the socket that is descriptor 3. */
function nodeChannels() {
  const { readSync, writeSync } = process.getBuiltinModule('node:fs');
  return {
    readSome: (into) => readSync(3, into, 0, into.length, null),
    writeAnswer: (bytes) => writeSync(3, bytes),
    writeLog: (bytes) => writeSync(1, bytes),
  };
}

/**
 * Deno opens no foreign descriptor, so there the channel is standard input and output, and all
 * that a script prints goes to standard error (the same log pipe).
 */
function denoChannels() {
  const { stdin, stdout, stderr } = Deno;
  const { Console } = process.getBuiltinModule('node:console');
  const { Writable } = process.getBuiltinModule('node:stream');
  const write = writerTo((bytes) => stderr.writeSync(bytes));
  const sink = new Writable({
    decodeStrings: true,
    write(chunk, _encoding, done) {
      write(chunk);
      done();
    },
  });
  globalThis.console = new Console({ stdout: sink, stderr: sink });
  for (const name of ['stdout', 'stderr']) {
    Object.defineProperty(process, name, { value: sink, configurable: true });
  }
  Object.defineProperty(Deno, 'stdout', { value: stderr, configurable: true });
  closeInput();
  return {
    readSome: (into) => stdin.readSync(into) ?? 0,
    writeAnswer: (bytes) => stdout.writeSync(bytes),
    writeLog: (bytes) => stderr.writeSync(bytes),
  };
}

/** Gives the script an input that is at its end, instead of the channel. */
function closeInput() {
  const { Readable } = process.getBuiltinModule('node:stream');
  const stdin = {
    read: async () => null,
    readSync: () => null,
    readable: new ReadableStream({ start: (controller) => controller.close() }),
    isTerminal: () => false,
    setRaw() {},
    close() {},
  };
  Object.defineProperty(Deno, 'stdin', { value: stdin, configurable: true });
  Object.defineProperty(process, 'stdin', { value: Readable.from([]), configurable: true });
}

/** What a run sees as `__host`. `note` is told of each builtin module before the script gets it. */
const hostOf = (require) => (note) => {
  const noted = (module) => {
    const target = module?.default ?? module;
    if (target !== null && /^(object|function)$/.test(typeof target)) note(target);
    return module;
  };
  return {
    import: async (name) => noted(await import(name)),
    require: (name) => noted(require(name)),
    meta: { url: scriptUrl, main: true, dirname: '/tmp/job', filename: '/tmp/job/script.ts' },
  };
};

export function createPlatform() {
  const inDeno = typeof Deno !== 'undefined';
  const { readSome, writeAnswer, writeLog } = inDeno ? denoChannels() : nodeChannels();
  const { on, reallyExit, resourceUsage } = process;
  const immediately = setImmediate;
  const listen = (event, run) => on.call(process, event, run);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) listen(signal, () => {});
  const require = process.getBuiltinModule('node:module').createRequire(scriptUrl);
  const log = writerTo(writeLog);
  return {
    read: frameReader(readSome),
    send: frameSender(writerTo(writeAnswer)),
    writeLog: (text) => log(encoder.encode(text)),
    byteLength: (text) => encoder.encode(text).length,
    onIdle: (run) => listen('beforeExit', run),
    later: (run) => immediately(run),
    exit: (code) => reallyExit.call(process, code),
    maxRssKb: () => resourceUsage.call(process).maxRSS,
    cpuMs: () => resourceUsage.call(process).userCPUTime / 1000,
    onStray(run) {
      listen('uncaughtException', run);
      listen('unhandledRejection', run);
    },
    onExit: (run) => listen('exit', run),
    compile,
    host: hostOf(require),
  };
}
