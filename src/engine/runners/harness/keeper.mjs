// Remembers the state of a fresh process and brings it back after a run: environment, current
// folder, globals, listeners, temporary files. Changed built-ins are only noticed: `leave` then
// names what changed, and the process ends instead of serving another run.
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty } = Reflect;
const { is } = Object;

// Made by the runtime when they are first looked at, which costs 1 to 20 ms each: they are only
// remembered for scripts whose text names them.
const lazy = new Set(['Console', 'stdin', 'FormData', 'TransformStream', 'CompressionStream']);

/** Properties that the runtime itself changes: `process._events`, Node's `fetch` at first use. */
const unsteady = (key) =>
  typeof key === 'string'
    ? key.startsWith('_') || lazy.has(key)
    : (key.description ?? '').startsWith('undici.');

/** Objects whose own properties are put back one by one. */
function snapshot(target, code = '') {
  const before = new Map();
  for (const key of ownKeys(target)) {
    if (!unsteady(key) || (lazy.has(key) && code.includes(key)))
      before.set(key, getOwnPropertyDescriptor(target, key));
  }
  return before;
}

/** A descriptor is made only for accessors: for the rest, reading is four times cheaper. */
function isUnchanged(target, key, was) {
  if (was.get === undefined && was.set === undefined) return is(target[key], was.value);
  const now = getOwnPropertyDescriptor(target, key);
  return now.get === was.get && now.set === was.set;
}

/** Puts own properties back; returns the first that resists. */
function restore(target, before) {
  let found = 0;
  for (const key of ownKeys(target)) {
    const was = before.get(key);
    if (was === undefined) {
      if (unsteady(key)) continue;
      if (!deleteProperty(target, key)) return key;
      continue;
    }
    found += 1;
    if (!isUnchanged(target, key, was)) {
      if (!defineProperty(target, key, was)) return key;
    }
  }
  if (found === before.size) return undefined;
  for (const [key, was] of before) {
    if (getOwnPropertyDescriptor(target, key) === undefined) defineProperty(target, key, was);
  }
  return undefined;
}

const namesOfBuiltIns = [
  ...['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Date'],
  ...['RegExp', 'Promise', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Error', 'TypeError', 'RangeError'],
  ...['ArrayBuffer', 'Uint8Array', 'DataView', 'JSON', 'Math', 'Reflect', 'Proxy', 'Iterator'],
  ...['URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'Buffer', 'AbortController'],
  ...['AbortSignal', 'EventTarget', 'Intl'],
];

/** The objects that user code most likely shares without knowing: constructors and prototypes. */
function builtIns() {
  const found = [];
  for (const name of namesOfBuiltIns) {
    const item = globalThis[name];
    if (item === undefined) continue;
    // Libraries set Error.prepareStackTrace for a moment; Error itself is put back, not watched.
    if (name !== 'Error') found.push([name, item]);
    if (typeof item === 'function' && item.prototype)
      found.push([`${name}.prototype`, item.prototype]);
  }
  const up = Object.getPrototypeOf;
  found.push(['TypedArray', up(Uint8Array)], ['TypedArray.prototype', up(Uint8Array.prototype)]);
  found.push(['ArrayIterator.prototype', up([][Symbol.iterator]())]);
  found.push(['AsyncFunction.prototype', up(async () => {})]);
  found.push(['Generator.prototype', up(function* () {}).prototype]);
  found.push(['EventEmitter.prototype', process.getBuiltinModule('node:events').prototype]);
  return found;
}

/** Answers the name of the first built-in that differs from when it was made, else undefined. */
function builtInWatch() {
  const objects = builtIns().map(([name, target]) => ({ name, target, count: 0 }));
  const targets = [];
  const keys = [];
  const values = [];
  const accessors = [];
  for (const entry of objects) {
    for (const key of ownKeys(entry.target)) {
      entry.count += 1;
      const was = getOwnPropertyDescriptor(entry.target, key);
      if (typeof was.value === 'function') {
        targets.push(entry.target);
        keys.push(key);
        values.push(was.value);
      } else if (was.get !== undefined) {
        accessors.push({ target: entry.target, key, was, name: entry.name });
      }
    }
  }
  const total = keys.length;
  return () => {
    for (let i = 0; i < total; i += 1) {
      if (targets[i][keys[i]] !== values[i] && !is(targets[i][keys[i]], values[i])) {
        return String(keys[i]);
      }
    }
    for (let i = 0; i < objects.length; i += 1) {
      if (ownKeys(objects[i].target).length !== objects[i].count) return objects[i].name;
    }
    for (let i = 0; i < accessors.length; i += 1) {
      const { target, key, was } = accessors[i];
      const now = getOwnPropertyDescriptor(target, key);
      if (now.get !== was.get || now.set !== was.set) return String(key);
    }
    return undefined;
  };
}

function environment() {
  const original = process.env;
  const base = { ...original };
  return () => {
    if (process.env !== original) process.env = original;
    for (const key of Object.keys(original)) if (base[key] === undefined) delete original[key];
    for (const key in base) if (original[key] !== base[key]) original[key] = base[key];
  };
}

/** Empties the private folders of what the run left there; `kept` was there from the start. */
function folders() {
  const { readdirSync, rmSync } = process.getBuiltinModule('node:fs');
  const { cwd, chdir } = process;
  const work = cwd();
  // In bubblewrap all of /tmp is private; Deno may see no more than its work folder.
  const wide = work === '/tmp/job' && typeof Deno === 'undefined';
  const known = [work, ...(wide ? ['/tmp'] : [])].map((folder) => ({
    folder,
    kept: new Set(readdirSync(folder)),
  }));
  return () => {
    if (cwd() !== work) chdir(work);
    for (const { folder, kept } of known) {
      for (const name of readdirSync(folder)) {
        if (!kept.has(name)) rmSync(`${folder}/${name}`, { recursive: true, force: true });
      }
    }
  };
}

function listeners() {
  const { listeners: listenersOf, removeListener, eventNames, on } = process;
  const before = new Map();
  for (const event of eventNames.call(process)) before.set(event, listenersOf.call(process, event));
  return () => {
    for (const event of eventNames.call(process)) {
      const kept = before.get(event) ?? [];
      for (const listener of listenersOf.call(process, event)) {
        if (!kept.includes(listener)) removeListener.call(process, event, listener);
      }
    }
    for (const [event, kept] of before) {
      const now = listenersOf.call(process, event);
      for (const listener of kept) if (!now.includes(listener)) on.call(process, event, listener);
    }
  };
}

/** Whether the run left a process behind, also one that gave up its parent (in bubblewrap). */
function strays() {
  if (typeof Deno !== 'undefined' || process.platform !== 'linux') return () => false;
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { pid } = process;
  const lists = [[`/proc/self/task/${pid}/children`, '']];
  // There the first process takes over orphans; elsewhere that is the machine's own.
  if (process.cwd() === '/tmp/job') lists.push(['/proc/1/task/1/children', `${pid} `]);
  return () => lists.some(([path, expected]) => readFileSync(path, 'latin1') !== expected);
}

/** What the descriptors 1 to 3 point to; a run that closed one may not be followed by another. */
function descriptors() {
  if (typeof Deno !== 'undefined') return () => '';
  const { fstatSync } = process.getBuiltinModule('node:fs');
  return () => [1, 2, 3].map((number) => fstatSync(number).ino).join();
}

export function createKeeper() {
  const modules = new Map();
  let kept;
  return {
    /** Remembers a builtin module before a script gets it. */
    note(module) {
      if (!modules.has(module)) modules.set(module, snapshot(module));
    },
    /**
     * Takes the picture of the fresh process, before the first run of the script `code`; everything
     * of the harness must be set up by then.
     */
    remember(code) {
      const identity = descriptors();
      kept = {
        tidyEnvironment: environment(),
        tidyFolders: folders(),
        tidyListeners: listeners(),
        leftProcesses: strays(),
        changedBuiltIn: builtInWatch(),
        objects: [globalThis, console, process, Error].map((target) => [
          target,
          snapshot(target, code),
        ]),
        identity,
        descriptors: identity(),
      };
    },
    /** Restores; returns a reason when the process may not serve another run. */
    leave() {
      if (kept === undefined) return 'made for one run only';
      try {
        const changed = kept.changedBuiltIn();
        if (changed !== undefined) return `changed built-in ${changed}`;
        if (kept.leftProcesses()) return 'left a process behind';
        for (const [target, before] of kept.objects) {
          const stuck = restore(target, before);
          if (stuck !== undefined) return `cannot restore ${String(stuck)}`;
        }
        for (const [target, before] of modules) restore(target, before);
        process.exitCode = undefined;
        kept.tidyEnvironment();
        kept.tidyFolders();
        kept.tidyListeners();
        return kept.identity() === kept.descriptors ? undefined : 'closed a descriptor';
      } catch (error) {
        return `cannot restore: ${error?.message}`;
      }
    },
  };
}
