import { putFile, removeWhere } from '../entries/change.ts';
import { readBody, type Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';

const status = 'var/lib/dpkg/status';
/** Where container images without dpkg list their packages, a file each. */
const ofContainers = /^var\/lib\/dpkg\/status\.d\/(?!.*\.md5sums$)[^/]+$/;
const kept = 'usr/lib/sysimage/dpkg/status';

/** Keeps dpkg's list of packages, which scanners read, under /usr; nothing else of dpkg's database is of use. */
export async function keepStatus(tree: Tree): Promise<void> {
  const found = tree.get(status);
  const more = [...tree.values()].filter(({ path, type }) => type === 'file' && ofContainers.test(path));
  if (more.length > 0) {
    const own = found?.type === 'file' ? (await readBody(found.body)).toString('latin1') : '';
    const stanzas = await Promise.all(
      more.map(async ({ body }) => installed((await readBody(body)).toString('latin1'))),
    );
    const text = [own, ...stanzas.toSorted()].map((each) => each.trim()).filter(Boolean);
    putFile(tree, kept, Buffer.from(`${text.join('\n\n')}\n`, 'latin1'));
  } else if (found?.type === 'file') putFile(tree, kept, found.body);
  removeWhere(tree, matchPaths(['var/lib/dpkg']));
}

/** Such files say no state: what they list is installed. */
function installed(text: string): string {
  if (/^Status: /m.test(text)) return text;
  return text.replace(/^Package: .*$/m, (line) => `${line}\nStatus: install ok installed`);
}
