/** As much of a document as the row elements need: enough to see what a reader would see in them. */

class FakeElement {
  constructor(tag) {
    this.tag = tag;
    this.attributes = new Map();
    this.children = [];
    this.text = '';
    this.style = {};
    this.classes = new Set();
    this.classList = { toggle: (name, on) => (on ? this.classes.add(name) : this.classes.delete(name)) };
  }

  get childElementCount() {
    return this.children.length;
  }

  get textContent() {
    return this.text + this.children.map((child) => child.textContent).join('');
  }

  set textContent(text) {
    this.children = [];
    this.text = text;
  }

  setAttribute(name, value) {
    this.attributes.set(name, value);
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  remove() {
    this.removed = true;
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  append(...nodes) {
    for (const node of nodes) {
      if (typeof node === 'string') this.text += node;
      else this.children.push(node);
    }
  }

  replaceChildren(...nodes) {
    this.textContent = '';
    this.append(...nodes);
  }
}

export function installFakeDom() {
  globalThis.document = { createElement: (tag) => new FakeElement(tag), createElementNS: (_, tag) => new FakeElement(tag) };
  return new FakeElement('div');
}
