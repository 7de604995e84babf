import type { Body } from '../entries/body.ts';
import type { Entry, Tree } from '../entries/entry.ts';

/** A tree as a JSON document: entries without content, and the offset of each content in a file beside it. */
export interface TreeIndex {
  /** Of the file of contents. */
  sha256: string;
  /** Size and offset of each content. */
  bodies: [size: number, offset: number][];
  entries: (Omit<Entry, 'body' | 'xattrs'> & { body: number; xattrs: [name: string, base64: string][] })[];
}

/** Writes a tree whose contents lie in one file down, so that it can be read back without its tar. */
export function toIndex(tree: Tree, sha256: string): TreeIndex {
  const numbers = new Map<Body, number>();
  const bodies: TreeIndex['bodies'] = [];
  const entries = [...tree.values()].map(({ body, xattrs, ...rest }) => {
    if (!numbers.has(body)) {
      numbers.set(body, bodies.length);
      bodies.push([body.size, body.source instanceof Uint8Array ? 0 : body.source.offset]);
    }
    const values = [...xattrs].map(([name, value]): [string, string] => [name, value.toString('base64')]);
    return { ...rest, body: numbers.get(body)!, xattrs: values };
  });
  return { sha256, bodies, entries };
}

/** Reads it back; contents are read from `file`. */
export function fromIndex({ bodies, entries }: TreeIndex, file: string): Tree {
  const made = bodies.map(([size, offset]): Body => ({ size, source: { file, offset } }));
  return new Map(
    entries.map(({ body, xattrs, ...rest }) => {
      const values = new Map(xattrs.map(([name, value]) => [name, Buffer.from(value, 'base64')]));
      return [rest.path, { ...rest, body: made[body]!, xattrs: values }];
    }),
  );
}
