import { createHash } from 'node:crypto';
import { readBody, type Tree } from '../entries/entry.ts';

/** Files whose lines say which number each name has. */
const files = ['etc/passwd', 'etc/group', 'etc/subuid', 'etc/subgid'];

/**
 * The key in the cache (hex) of a tree whose numbers a lock chose, from the key of what it was made of: the same where
 * a longer lock leaves each name its number.
 */
export async function numbersKey(key: string, tree: Tree): Promise<string> {
  const digest = createHash('sha256').update(key);
  for (const path of files) {
    const found = tree.get(path);
    digest.update(`\0${path}\0`);
    if (found?.type === 'file') digest.update(await readBody(found.body));
  }
  return digest.digest('hex');
}
