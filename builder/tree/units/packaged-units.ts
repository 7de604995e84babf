import { readBody, type Tree } from '../entries/entry.ts';

const lists = /^var\/lib\/dpkg\/info\/[^/]+\.list$/;
const ofUnits = /^\/(?:usr\/)?((?:lib|share)\/systemd\/(?:system|user)(?:-preset)?\/[^/\n]+)$/gm;

/**
 * The unit and preset files that Debian packages brought, by dpkg's own lists, without those at whose paths an overlay
 * has put something else.
 */
export async function packagedUnits(tree: Tree, overlaid: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { path, type, body } of tree.values()) {
    if (type !== 'file' || !lists.test(path)) continue;
    const text = (await readBody(body)).toString('latin1');
    for (const [, name] of text.matchAll(ofUnits)) found.add(`usr/${name}`);
  }
  // what an overlay puts into /usr/local/lib has been folded into /usr/lib
  const own = [...overlaid].map((path) => path.replace(/^usr\/local\/lib\//, 'usr/lib/'));
  return found.difference(new Set(own));
}
