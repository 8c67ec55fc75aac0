// The nodes of the page of a trial run: a tree with the methods that frameworks use. Nothing is
// laid out or drawn.

/** Anything that is asked of it is a function that answers the same again. */
export const permissive = new Proxy(function nothing() {}, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => 0 : permissive),
  apply: () => permissive,
  construct: () => permissive,
});

export class Node extends EventTarget {
  childNodes = [];
  parentNode = null;
  ownerDocument = null;
  static ELEMENT_NODE = 1;
  static TEXT_NODE = 3;
  static COMMENT_NODE = 8;
  static DOCUMENT_NODE = 9;
  static DOCUMENT_FRAGMENT_NODE = 11;
  ELEMENT_NODE = 1;
  TEXT_NODE = 3;
  COMMENT_NODE = 8;
  DOCUMENT_NODE = 9;
  DOCUMENT_FRAGMENT_NODE = 11;
  constructor(nodeType, nodeName) {
    super();
    this.nodeType = nodeType;
    this.nodeName = nodeName;
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }
  get parentElement() {
    return this.parentNode?.nodeType === 1 ? this.parentNode : null;
  }
  #beside(step) {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + step] ?? null;
  }
  get nextSibling() {
    return this.parentNode ? this.#beside(1) : null;
  }
  get previousSibling() {
    return this.parentNode && this.parentNode.firstChild !== this ? this.#beside(-1) : null;
  }
  get isConnected() {
    return this.getRootNode().nodeType === 9;
  }
  getRootNode() {
    let node = this;
    while (node.parentNode) node = node.parentNode;
    return node;
  }
  hasChildNodes() {
    return this.childNodes.length > 0;
  }
  contains(other) {
    for (let node = other; node; node = node.parentNode) if (node === this) return true;
    return false;
  }
  compareDocumentPosition(other) {
    return this === other ? 0 : this.contains(other) ? 20 : 4;
  }
  insertBefore(child, before) {
    if (!(child instanceof Node)) throw new TypeError('parameter 1 is not of type Node');
    if (child.contains(this)) throw new Error('The new child contains the parent');
    const added = child.nodeType === 11 ? [...child.childNodes] : [child];
    for (const each of added) {
      each.parentNode?.removeChild(each);
      const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
      if (at === -1) throw new Error('The node before which to insert is not a child of this node');
      this.childNodes.splice(at, 0, each);
      each.parentNode = this;
    }
    return child;
  }
  appendChild(child) {
    return this.insertBefore(child, null);
  }
  removeChild(child) {
    const at = this.childNodes.indexOf(child);
    if (at === -1) throw new Error('The node to be removed is not a child of this node');
    this.childNodes.splice(at, 1);
    child.parentNode = null;
    return child;
  }
  replaceChild(child, old) {
    this.insertBefore(child, old);
    return this.removeChild(old);
  }
  append(...nodes) {
    for (const node of nodes) this.appendChild(this.#nodeOf(node));
  }
  prepend(...nodes) {
    const first = this.firstChild;
    for (const node of nodes) this.insertBefore(this.#nodeOf(node), first);
  }
  replaceChildren(...nodes) {
    for (const child of [...this.childNodes]) this.removeChild(child);
    this.append(...nodes);
  }
  before(...nodes) {
    for (const node of nodes) this.parentNode?.insertBefore(this.#nodeOf(node), this);
  }
  after(...nodes) {
    const next = this.nextSibling;
    for (const node of nodes) this.parentNode?.insertBefore(this.#nodeOf(node), next);
  }
  replaceWith(...nodes) {
    this.before(...nodes);
    this.remove();
  }
  remove() {
    this.parentNode?.removeChild(this);
  }
  normalize() {}
  #nodeOf(given) {
    return given instanceof Node ? given : new Text(String(given), this.ownerDocument);
  }
  get textContent() {
    return this.childNodes.map((child) => (child.nodeType === 8 ? '' : child.textContent)).join('');
  }
  set textContent(text) {
    this.replaceChildren(...(text === '' || text === null ? [] : [text]));
  }
  get nodeValue() {
    return null;
  }
  set nodeValue(_text) {}
  cloneNode(deep) {
    const copy = this.shallow();
    copy.ownerDocument = this.ownerDocument;
    if (deep) for (const child of this.childNodes) copy.appendChild(child.cloneNode(true));
    return copy;
  }
  isEqualNode(other) {
    return this === other;
  }
  isSameNode(other) {
    return this === other;
  }
}

class Characters extends Node {
  constructor(kind, text, document) {
    super(...kind);
    this.data = text;
    this.ownerDocument = document;
  }
  get length() {
    return this.data.length;
  }
  get textContent() {
    return this.data;
  }
  set textContent(text) {
    this.data = String(text ?? '');
  }
  get nodeValue() {
    return this.data;
  }
  set nodeValue(text) {
    this.data = String(text ?? '');
  }
  splitText(at) {
    const rest = new Text(this.data.slice(at), this.ownerDocument);
    this.data = this.data.slice(0, at);
    this.after(rest);
    return rest;
  }
  shallow() {
    return new this.constructor(this.data, this.ownerDocument);
  }
}

export class Text extends Characters {
  constructor(text = '', document = null) {
    super([3, '#text'], text, document);
  }
}

export class Comment extends Characters {
  constructor(text = '', document = null) {
    super([8, '#comment'], text, document);
  }
}
