import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FolderHost, folderAccounts } from './folder-host.ts';
import type { Raw } from './seen.ts';

const trees = ['home', 'srv', 'etc/oracle'];

/** Applies a document to a folder, and says what is there then, in the form of `apply-by-cloud-init.py`. */
export async function applyByUs(host: FolderHost, document: string, instanceId: string): Promise<Raw> {
  for (const [name, text] of Object.entries(folderAccounts)) host.put(`etc/${name}`, text);
  for (const tree of [...trees, 'etc/sudoers.d', 'var/lib/interlock/users', 'var/lib/interlock/user-data']) {
    rmSync(join(host.root, tree), { recursive: true, force: true });
    if (!tree.startsWith('var')) mkdirSync(join(host.root, tree));
  }
  host.put('usr/bin/sudo', '');
  const { record } = await host.boot(document, { instanceId });
  const lines = (path: string) => host.read(path).split('\n').filter(Boolean);
  return {
    files: trees.flatMap((tree) => listFiles(host.root, tree)),
    sudoers: readdirSync(join(host.root, 'etc/sudoers.d')).flatMap((name) => lines(`etc/sudoers.d/${name}`)),
    accounts: Object.fromEntries(Object.keys(folderAccounts).map((name) => [name, lines(`etc/${name}`)])),
    problems: (record?.problems ?? [])
      .filter(({ item }) => !item.endsWith('(warning)'))
      .map(({ item, problem }) => `${item}: ${problem}`),
  };
}

function listFiles(root: string, tree: string): Raw['files'] {
  return readdirSync(join(root, tree), { recursive: true, encoding: 'utf8' }).map((name) => {
    const path = join(root, tree, name);
    const { mode, uid, gid } = lstatSync(path);
    const content = (mode & 0o170000) === 0o100000 ? readFileSync(path).toString('base64') : null;
    return [`/${tree}/${name}`, mode & 0o7777, uid, gid, content];
  });
}
