import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Entries } from './entry.ts';

/** Packs entries, root’s and of one time, with the folders they lie in; the same entries give the same bytes. */
export async function encodeTar(entries: Entries, epoch: number): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar);
  const common = { uid: 0, gid: 0, uname: 'root', gname: 'root', mtime: new Date(epoch * 1000) };
  for (const path of [...new Set([...entries.keys()].flatMap(withFolders))].toSorted()) {
    const entry = entries.get(path);
    const name = path === '' ? './' : `./${path}`;
    if (!entry) tar.entry({ ...common, name: name.replace(/\/?$/, '/'), type: 'directory', mode: 0o755 });
    else if (entry.kind === 'link')
      tar.entry({ ...common, name, type: 'symlink', linkname: entry.target, mode: 0o777 });
    else tar.entry({ ...common, name, mode: entry.mode }, Buffer.from(entry.bytes));
  }
  tar.finalize();
  return packed;
}

function withFolders(path: string): string[] {
  const parts = path.split('/');
  return [...parts.keys()].map((count) => parts.slice(0, count).join('/')).concat(path);
}
