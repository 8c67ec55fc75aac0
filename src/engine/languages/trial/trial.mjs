// The trial run of a full-code app, in a child that does nothing else: the bundle comes on standard
// input, and what it did to `<div id="root">` goes out as one line of JSON.
import { buffer } from 'node:stream/consumers';
import { Script } from 'node:vm';
import { Document } from './document.mjs';
import { DocumentFragment, Element } from './elements.mjs';
import { Comment, Node, permissive, Text } from './nodes.mjs';

const { process } = globalThis;
const code = (await buffer(process.stdin)).toString();
const limitMs = 3000;

const document = new Document();
const root = document.createElement('div');
root.id = 'root';
document.body.append(root);

const errors = [];
const textOf = (thrown) => {
  try {
    const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    return said.slice(0, 1000);
  } catch {
    return 'an error that cannot be shown';
  }
};
const note = (thrown) => void (errors.length < 5 && errors.push(textOf(thrown)));

/** Anything that stands in the page besides the root itself counts as well: portals, toasts. */
const isMounted = () =>
  root.childNodes.length > 0 ||
  document.body.childNodes.some(
    (node) =>
      node !== root &&
      node.nodeType !== 8 &&
      node.localName !== 'script' &&
      node.localName !== 'style',
  );

let asked = false;
const ask = (found) => {
  if (found === root) asked = true;
  return found;
};
for (const name of ['getElementById', 'querySelector']) {
  const original = document[name].bind(document);
  document[name] = (given) => ask(original(given));
}

let told = false;
function tell(ending) {
  if (told) return;
  told = true;
  const line = JSON.stringify({ mounted: isMounted(), asked, waits, ending, errors });
  process.stdout.write(line, () => process.exit(0));
}

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
}
const never = () => new Promise(() => {});
/** Has it asked a server for something? There is none here, so the answer never comes. */
let waits = false;
const send = () => void (waits = true);
const storage = () => {
  const items = new Map();
  return {
    getItem: (key) => items.get(String(key)) ?? null,
    setItem: (key, value) => void items.set(String(key), String(value)),
    removeItem: (key) => void items.delete(String(key)),
    clear: () => items.clear(),
    key: (at) => [...items.keys()][at] ?? null,
    get length() {
      return items.size;
    },
  };
};
const address = new URL('https://app.invalid/');
const place = {
  href: address.href,
  origin: address.origin,
  protocol: 'https:',
  host: address.host,
  hostname: address.hostname,
  port: '',
  pathname: '/',
  search: '',
  hash: '',
  assign() {},
  replace() {},
  reload() {},
  toString: () => address.href,
};
const quiet = Object.fromEntries(Object.keys(console).map((name) => [name, () => {}]));

/** What a browser has and Node has not, or has otherwise. */
const browser = {
  document,
  location: place,
  history: {
    length: 1,
    state: null,
    pushState() {},
    replaceState() {},
    back() {},
    forward() {},
    go() {},
  },
  localStorage: storage(),
  sessionStorage: storage(),
  parent: { postMessage: send },
  top: { postMessage: send },
  opener: null,
  frameElement: null,
  event: undefined,
  name: '',
  innerWidth: 1280,
  innerHeight: 800,
  outerWidth: 1280,
  outerHeight: 800,
  devicePixelRatio: 1,
  scrollX: 0,
  scrollY: 0,
  pageXOffset: 0,
  pageYOffset: 0,
  screen: { width: 1280, height: 800, availWidth: 1280, availHeight: 800, orientation: permissive },
  visualViewport: permissive,
  customElements: { define() {}, get: () => undefined, whenDefined: never },
  matchMedia: (media) =>
    Object.assign(new EventTarget(), {
      media,
      matches: false,
      addListener() {},
      removeListener() {},
    }),
  getComputedStyle: () =>
    new Proxy({ getPropertyValue: () => '' }, { get: (target, key) => target[key] ?? '' }),
  getSelection: () => null,
  requestAnimationFrame: (frame) => setTimeout(() => frame(performance.now()), 0),
  cancelAnimationFrame: (id) => clearTimeout(id),
  requestIdleCallback: (idle) =>
    setTimeout(() => idle({ didTimeout: false, timeRemaining: () => 10 }), 0),
  cancelIdleCallback: (id) => clearTimeout(id),
  fetch: () => (send(), never()),
  alert() {},
  confirm: () => false,
  prompt: () => null,
  print() {},
  open: () => null,
  close() {},
  focus() {},
  blur() {},
  scroll() {},
  scrollTo() {},
  scrollBy() {},
  postMessage() {},
  reportError: note,
  console: {
    ...quiet,
    error: (first, ...more) => note([first, ...more].find((one) => one instanceof Error) ?? first),
  },
  CSS: { supports: () => false, escape: (text) => text },
  Node,
  Element,
  Text,
  Comment,
  Document,
  DocumentFragment,
  HTMLDocument: Document,
  ShadowRoot: DocumentFragment,
  CharacterData: Text,
  Image: class extends Element {
    constructor() {
      super('img', document);
    }
  },
  NodeFilter: { SHOW_ALL: -1, SHOW_ELEMENT: 1, SHOW_TEXT: 4, SHOW_COMMENT: 128 },
  DOMParser: class {
    parseFromString(html) {
      const parsed = new Document();
      parsed.body.innerHTML = html;
      return parsed;
    }
  },
};
const elements = [
  'HTML',
  'SVG',
  'HTMLInput',
  'HTMLSelect',
  'HTMLTextArea',
  'HTMLButton',
  'HTMLForm',
  'HTMLAnchor',
  'HTMLImage',
  'HTMLCanvas',
  'HTMLIFrame',
  'HTMLTemplate',
  'HTMLDiv',
  'HTMLSpan',
  'HTMLUnknown',
  'HTMLOption',
  'HTMLLabel',
  'HTMLMedia',
  'HTMLVideo',
  'HTMLAudio',
  'HTMLScript',
  'HTMLStyle',
  'HTMLBody',
  'HTMLDialog',
  'HTMLSlot',
];
for (const name of elements) browser[`${name}Element`] = class extends Element {};
for (const name of [
  'MutationObserver',
  'ResizeObserver',
  'IntersectionObserver',
  'PerformanceObserver',
  'ReportingObserver',
])
  browser[name] = Observer;
for (const name of [
  'UIEvent',
  'MouseEvent',
  'PointerEvent',
  'KeyboardEvent',
  'InputEvent',
  'FocusEvent',
  'TouchEvent',
  'WheelEvent',
  'DragEvent',
  'ClipboardEvent',
  'CompositionEvent',
  'PopStateEvent',
  'HashChangeEvent',
  'StorageEvent',
  'AnimationEvent',
  'TransitionEvent',
  'SubmitEvent',
  'ErrorEvent',
  'ProgressEvent',
])
  browser[name] = class extends Event {};
for (const name of [
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
  'Worker',
  'SharedWorker',
  'FileReader',
  'Notification',
  'Audio',
  'AudioContext',
  'Path2D',
  'DOMMatrix',
  'CSSStyleSheet',
  'XMLSerializer',
  'OffscreenCanvas',
  'indexedDB',
  'caches',
  'speechSynthesis',
  'trustedTypes',
])
  browser[name] = permissive;

const target = new EventTarget();
for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
  browser[name] = target[name].bind(target);
}
browser.navigator = new Proxy(
  {
    userAgent: 'Mozilla/5.0 (trial run)',
    language: 'en',
    languages: ['en'],
    onLine: true,
    platform: '',
    vendor: '',
    maxTouchPoints: 0,
    hardwareConcurrency: 1,
  },
  { get: (known, key) => (key in known ? known[key] : undefined) },
);

for (const [name, value] of Object.entries(browser)) {
  Object.defineProperty(globalThis, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}
Object.defineProperties(globalThis, {
  window: { value: globalThis, configurable: true },
  self: { value: globalThis, configurable: true, writable: true },
  frames: { value: globalThis, configurable: true },
});

// What a page does not have must not be missed by its users alone.
for (const name of ['process', 'Buffer', 'global']) delete globalThis[name];
process.on('uncaughtException', note);
process.on('unhandledRejection', note);

async function run() {
  let script;
  try {
    script = new Script(code, { filename: 'app.js' });
  } catch (error) {
    if (!/import|export|await/.test(String(error?.message))) throw error;
    await import(`data:text/javascript;base64,${btoa(unescape(encodeURIComponent(code)))}`);
    return;
  }
  script.runInThisContext();
}

const limit = setTimeout(() => tell('busy'), limitMs);
limit.unref();
// Only when nothing is left to do; an app that waits for an answer has nothing left to do.
process.on('beforeExit', () => tell('idle'));
// Looks after each turn: what is mounted is known at once, whatever the app goes on doing.
const look = setInterval(() => {
  if (isMounted()) tell('mounted');
}, 5);
look.unref();

try {
  await run();
} catch (error) {
  note(error);
}
document.readyState = 'complete';
document.dispatchEvent(new Event('DOMContentLoaded'));
globalThis.dispatchEvent(new Event('DOMContentLoaded'));
globalThis.dispatchEvent(new Event('load'));
if (typeof globalThis.onload === 'function') globalThis.onload(new Event('load'));
if (isMounted()) setTimeout(() => tell('mounted'), 5);
