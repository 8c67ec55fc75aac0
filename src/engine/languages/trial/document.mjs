// The document of the page of a trial run.
import { DocumentFragment, Element, Parent } from './elements.mjs';
import { htmlSpace, parseHtml } from './html.mjs';
import { Comment, permissive, Text } from './nodes.mjs';

export class Document extends Parent {
  readyState = 'loading';
  hidden = false;
  visibilityState = 'visible';
  cookie = '';
  title = '';
  referrer = '';
  compatMode = 'CSS1Compat';
  characterSet = 'UTF-8';
  fonts = permissive;
  styleSheets = [];
  adoptedStyleSheets = [];
  currentScript = null;
  constructor() {
    super(9, '#document');
    this.documentElement = this.appendChild(new Element('html', this));
    this.head = this.documentElement.appendChild(new Element('head', this));
    this.body = this.documentElement.appendChild(new Element('body', this));
    this.activeElement = this.body;
    this.implementation = { createHTMLDocument: () => new Document(), hasFeature: () => true };
  }
  createElement(name) {
    return new Element(String(name), this);
  }
  createElementNS(space, name) {
    return new Element(String(name), this, space ?? htmlSpace);
  }
  createTextNode(text) {
    return new Text(String(text), this);
  }
  createComment(text) {
    return new Comment(String(text), this);
  }
  createDocumentFragment() {
    return new DocumentFragment(this);
  }
  createEvent() {
    return Object.assign(new Event('custom'), { initEvent() {}, initCustomEvent() {} });
  }
  createRange() {
    return Object.assign(Object.create(permissive), {
      createContextualFragment: (html) => parseHtml(html, this),
      selectNodeContents() {},
    });
  }
  createTreeWalker(root) {
    return createWalker(root);
  }
  createNodeIterator(root) {
    return createWalker(root);
  }
  importNode(node, deep) {
    return node.cloneNode(deep);
  }
  adoptNode(node) {
    node.parentNode?.removeChild(node);
    return node;
  }
  getSelection() {
    return null;
  }
  elementFromPoint() {
    return null;
  }
  hasFocus() {
    return true;
  }
  execCommand() {
    return false;
  }
  get defaultView() {
    return globalThis;
  }
  get location() {
    return globalThis.location;
  }
}

/** Walks every node below `root` in order; frameworks look for their marks so. */
function createWalker(root) {
  const nodes = [root];
  for (let n = 0; n < nodes.length; n += 1) nodes.splice(n + 1, 0, ...nodes[n].childNodes);
  let at = 0;
  return {
    root,
    get currentNode() {
      return nodes[at];
    },
    set currentNode(node) {
      at = Math.max(0, nodes.indexOf(node));
    },
    nextNode: () => (at + 1 < nodes.length ? nodes[(at += 1)] : null),
  };
}
