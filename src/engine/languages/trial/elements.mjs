// Elements and fragments of the page of a trial run: attributes, classes, styles, searching.
import { htmlSpace, parseHtml } from './html.mjs';
import { Node, permissive, Text } from './nodes.mjs';
import { matchesOne } from './selectors.mjs';

function styleOf() {
  const values = {};
  const own = {
    setProperty: (name, value) => void (values[name] = String(value)),
    removeProperty: (name) => delete values[name],
    getPropertyValue: (name) => values[name] ?? '',
    cssText: '',
  };
  return new Proxy(own, {
    get: (target, key) => target[key] ?? values[key] ?? '',
    set: (_target, key, value) => ((values[key] = value), true),
  });
}

function classListOf(element) {
  const names = () => (element.getAttribute('class') ?? '').split(/\s+/).filter(Boolean);
  const write = (list) => element.setAttribute('class', [...new Set(list)].join(' '));
  return {
    add: (...more) => write([...names(), ...more]),
    remove: (...less) => write(names().filter((name) => !less.includes(name))),
    contains: (name) => names().includes(name),
    toggle(name, force = !names().includes(name)) {
      write(force ? [...names(), name] : names().filter((each) => each !== name));
      return force;
    },
    replace(old, name) {
      write(names().map((each) => (each === old ? name : each)));
    },
    item: (at) => names()[at] ?? null,
    get length() {
      return names().length;
    },
    [Symbol.iterator]: () => names()[Symbol.iterator](),
  };
}

/** What elements, fragments and documents share. */
export class Parent extends Node {
  get children() {
    return this.childNodes.filter(({ nodeType }) => nodeType === 1);
  }
  get firstElementChild() {
    return this.children[0] ?? null;
  }
  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }
  get childElementCount() {
    return this.children.length;
  }
  *#below() {
    const todo = this.children.toReversed();
    for (let next = todo.pop(); next; next = todo.pop()) {
      yield next;
      todo.push(...next.children.toReversed());
    }
  }
  querySelectorAll(selector) {
    const selectors = String(selector).split(',');
    return [...this.#below()].filter((each) => selectors.some((one) => matchesOne(each, one)));
  }
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }
  getElementsByTagName(name) {
    return this.querySelectorAll(name);
  }
  getElementsByClassName(name) {
    return this.querySelectorAll(`.${name.trim().replaceAll(/\s+/g, '.')}`);
  }
  getElementById(id) {
    for (const each of this.#below()) if (each.id === id) return each;
    return null;
  }
}

export class DocumentFragment extends Parent {
  constructor(document = null) {
    super(11, '#document-fragment');
    this.ownerDocument = document;
  }
  shallow() {
    return new DocumentFragment(this.ownerDocument);
  }
}

export class Element extends Parent {
  #attributes = new Map();
  style = styleOf();
  scrollTop = 0;
  scrollLeft = 0;
  onclick = null;
  constructor(name, document, space = htmlSpace) {
    super(1, space === htmlSpace ? name.toUpperCase() : name);
    this.localName = space === htmlSpace ? name.toLowerCase() : name;
    this.tagName = this.nodeName;
    this.namespaceURI = space;
    this.ownerDocument = document;
    this.classList = classListOf(this);
    this.dataset = new Proxy(
      {},
      {
        get: (_target, key) => this.getAttribute(dataName(key)) ?? undefined,
        set: (_target, key, value) => (this.setAttribute(dataName(key), value), true),
        has: (_target, key) => this.hasAttribute(dataName(key)),
        deleteProperty: (_target, key) => (this.removeAttribute(dataName(key)), true),
      },
    );
    if (this.localName === 'template') this.content = new DocumentFragment(document);
    if (this.localName === 'select') this.options = [];
    if (/^(?:input|textarea|select|option)$/.test(this.localName)) {
      Object.assign(this, { value: '', defaultValue: '', checked: false, selected: false });
    }
  }
  shallow() {
    const copy = new Element(this.localName, this.ownerDocument, this.namespaceURI);
    for (const [name, value] of this.#attributes) copy.setAttribute(name, value);
    if (this.content) copy.content = this.content.cloneNode(true);
    return copy;
  }
  get attributes() {
    return [...this.#attributes].map(([name, value]) => ({ name, value }));
  }
  getAttribute(name) {
    return this.#attributes.get(String(name).toLowerCase()) ?? null;
  }
  setAttribute(name, value) {
    this.#attributes.set(String(name).toLowerCase(), String(value));
  }
  removeAttribute(name) {
    this.#attributes.delete(String(name).toLowerCase());
  }
  hasAttribute(name) {
    return this.#attributes.has(String(name).toLowerCase());
  }
  toggleAttribute(name, force = !this.hasAttribute(name)) {
    if (force) this.setAttribute(name, '');
    else this.removeAttribute(name);
    return force;
  }
  getAttributeNames() {
    return [...this.#attributes.keys()];
  }
  hasAttributes() {
    return this.#attributes.size > 0;
  }
  getAttributeNS(_space, name) {
    return this.getAttribute(name);
  }
  setAttributeNS(_space, name, value) {
    this.setAttribute(name, value);
  }
  removeAttributeNS(_space, name) {
    this.removeAttribute(name);
  }
  get id() {
    return this.getAttribute('id') ?? '';
  }
  set id(value) {
    this.setAttribute('id', value);
  }
  get className() {
    return this.getAttribute('class') ?? '';
  }
  set className(value) {
    this.setAttribute('class', value);
  }
  get nextElementSibling() {
    const all = this.parentNode?.children ?? [];
    return all[all.indexOf(this) + 1] ?? null;
  }
  get innerHTML() {
    return this.textContent;
  }
  set innerHTML(html) {
    const into = this.content ?? this;
    into.replaceChildren(parseHtml(html, this.ownerDocument, this.namespaceURI));
  }
  get outerHTML() {
    return `<${this.localName}>`;
  }
  get innerText() {
    return this.textContent;
  }
  set innerText(text) {
    this.textContent = text;
  }
  insertAdjacentHTML(where, html) {
    this.insertAdjacentElement(where, parseHtml(html, this.ownerDocument));
  }
  insertAdjacentElement(where, node) {
    if (where === 'beforebegin') this.before(node);
    else if (where === 'afterbegin') this.prepend(node);
    else if (where === 'afterend') this.after(node);
    else this.append(node);
    return node;
  }
  insertAdjacentText(where, text) {
    this.insertAdjacentElement(where, new Text(text, this.ownerDocument));
  }
  matches(selector) {
    return String(selector)
      .split(',')
      .some((one) => matchesOne(this, one));
  }
  closest(selector) {
    for (let node = this; node?.nodeType === 1; node = node.parentNode) {
      if (node.matches(selector)) return node;
    }
    return null;
  }
  attachShadow() {
    this.shadowRoot = new DocumentFragment(this.ownerDocument);
    this.shadowRoot.host = this;
    return this.shadowRoot;
  }
  getBoundingClientRect() {
    return { x: 0, y: 0, top: 0, left: 0, right: 0, bottom: 0, width: 0, height: 0 };
  }
  getClientRects() {
    return [];
  }
  getContext() {
    return permissive;
  }
  animate() {
    return permissive;
  }
  click() {
    this.dispatchEvent(new Event('click', { bubbles: true }));
  }
}
for (const name of [
  'focus',
  'blur',
  'scroll',
  'scrollTo',
  'scrollBy',
  'scrollIntoView',
  'select',
]) {
  Element.prototype[name] = function nothing() {};
}
for (const name of [
  'setPointerCapture',
  'releasePointerCapture',
  'setSelectionRange',
  'play',
  'pause',
  'load',
  'showModal',
  'show',
  'close',
  'submit',
  'reset',
]) {
  Element.prototype[name] = function nothing() {};
}
for (const name of [
  'offsetWidth',
  'offsetHeight',
  'offsetTop',
  'offsetLeft',
  'clientWidth',
  'clientHeight',
  'scrollWidth',
  'scrollHeight',
]) {
  Object.defineProperty(Element.prototype, name, { get: () => 0, configurable: true });
}

const dataName = (key) =>
  `data-${String(key).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
