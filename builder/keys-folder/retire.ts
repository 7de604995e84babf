import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { syncFolder } from '../../system/files/durable.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import { loadSigners, privateKeyOf } from './load-signers.ts';

/** Moves the files of keys that nothing names any more into `retired/`; returns their names. */
export async function retireKeys(dir: string, gone: readonly string[]): Promise<string[]> {
  const here = (await loadSigners(dir)).map(({ id, file }) => ({ id, file, folder: dir }));
  const found = [...here, ...(await onlineFiles(join(dir, 'online')))].filter(({ id }) => gone.includes(id));
  if (found.length === 0) return [];
  const retired = join(dir, 'retired');
  await mkdir(retired, { recursive: true, mode: 0o700 });
  for (const { id, file, folder } of found) {
    await rename(join(folder, file), join(retired, `${id.slice(0, 8)}-${file}`));
  }
  await syncFolder(retired);
  for (const folder of new Set(found.map((key) => key.folder))) await syncFolder(folder);
  return found.map(({ file }) => file);
}

/** The online keys that wait to be taken to the server, if they still lie here. */
export async function onlineFiles(folder: string): Promise<{ id: string; file: string; folder: string }[]> {
  const names = (await readdir(folder).catch(ifAbsent<string[]>(folder, []))).filter((name) =>
    name.endsWith('.pem'),
  );
  return Promise.all(
    names.map(async (file) => {
      const key = privateKeyOf(join(folder, file), await readFile(join(folder, file)));
      return { id: publicKeyOf(key).id, file, folder };
    }),
  );
}
