/** As much of a document as preact needs to draw into, so that a test need not start a browser. */
export class SmallNode {
  parentNode: SmallNode | null = null;
  childNodes: SmallNode[] = [];
  readonly attributes: { name: string; value: string }[] = [];
  readonly style = {};
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml';
  readonly listeners = new Map<string, () => void>();
  readonly localName: string;
  readonly nodeType: number;
  data: string;

  constructor(localName: string, data = '') {
    this.localName = localName;
    this.nodeType = localName === '#text' ? 3 : 1;
    this.data = data;
  }

  get ownerDocument() {
    return smallDocument;
  }
  get firstChild(): SmallNode | null {
    return this.childNodes[0] ?? null;
  }
  get nextSibling(): SmallNode | null {
    const beside = this.parentNode?.childNodes ?? [];
    return beside[beside.indexOf(this) + 1] ?? null;
  }
  get textContent(): string {
    return this.nodeType === 3 ? this.data : this.childNodes.map((node) => node.textContent).join('');
  }
  insertBefore(node: SmallNode, before: SmallNode | null): SmallNode {
    node.remove();
    const at = before ? this.childNodes.indexOf(before) : -1;
    this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, node);
    node.parentNode = this;
    return node;
  }
  appendChild(node: SmallNode): SmallNode {
    return this.insertBefore(node, null);
  }
  removeChild(node: SmallNode): SmallNode {
    this.childNodes = this.childNodes.filter((one) => one !== node);
    node.parentNode = null;
    return node;
  }
  remove(): void {
    this.parentNode?.removeChild(this);
  }
  contains(node: SmallNode | null): boolean {
    return node !== null && (node === this || this.contains(node.parentNode));
  }
  setAttribute(name: string, value: string): void {
    this.attributes.push({ name, value });
  }
  removeAttribute(): void {}
  addEventListener(kind: string, heard: () => void): void {
    this.listeners.set(kind, heard);
  }
  removeEventListener(): void {}
}

/** The document that makes them. */
export const smallDocument = {
  createElement: (name: string) => new SmallNode(name),
  createElementNS: (_: string, name: string) => new SmallNode(name),
  createTextNode: (text: string) => new SmallNode('#text', text),
  activeElement: null,
};
