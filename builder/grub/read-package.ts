import { spawn } from 'node:child_process';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { readTar } from '../tree/tar/read-tar.ts';

const folder = /^usr\/lib\/grub\/i386-pc\/([\w.-]+)$/;

/** Files of GRUB for machines with a BIOS, by name, out of the .deb of grub-pc-bin. Throws `bad_input`. */
export async function readGrubPackage(file: string): Promise<Map<string, Buffer>> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // the failure is thrown where `ended` is awaited
  ended.catch(() => {});
  const files = new Map<string, Buffer>();
  for await (const { path, type, body } of readTar(child.stdout)) {
    const name = folder.exec(path)?.[1];
    if (type !== 'file' || name === undefined) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    files.set(name, Buffer.concat(chunks));
  }
  if ((await ended) !== 0)
    throw new InterlockError('bad_input', { what: file, problem: 'dpkg-deb cannot read it' });
  return files;
}
