import { readFile, rm, writeFile } from 'node:fs/promises';
import { run } from '../../../system/process/run.ts';
import { findPartition } from './disk-file.ts';

/** Names in a folder of the ESP of a raw disk whose machine is off or has just booted. */
export async function listEsp(disk: string, folder: string): Promise<string[]> {
  const text = await onEsp(disk, 'mdir', ['-b', `::${folder}`]);
  return text
    .split('\n')
    .filter(Boolean)
    .map((path) => path.replace(/\/$/, '').replace(/^.*\//, ''))
    .sort();
}

/** Writes a file onto the ESP; its folder must be there. */
export async function writeFileOnEsp(
  disk: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const spool = `${disk}.spool`;
  await writeFile(spool, content);
  try {
    await onEsp(disk, 'mcopy', ['-o', spool, `::${path}`]);
  } finally {
    await rm(spool);
  }
}

/** Makes a folder on the ESP; the one around it must be there. */
export async function makeFolderOnEsp(disk: string, path: string): Promise<void> {
  await onEsp(disk, 'mmd', [`::${path}`]);
}

/** Reads a file of the ESP. */
export async function readFileOnEsp(disk: string, path: string): Promise<Buffer> {
  const spool = `${disk}.spool`;
  try {
    await onEsp(disk, 'mcopy', ['-n', '-o', `::${path}`, spool]);
    return await readFile(spool);
  } finally {
    await rm(spool, { force: true });
  }
}

/** The clusters that a file takes. */
export function showClusters(disk: string, path: string): Promise<string> {
  return onEsp(disk, 'mshowfat', [`::${path}`]);
}

async function onEsp(disk: string, tool: string, args: string[]): Promise<string> {
  const { offset } = await findPartition(disk, 'esp');
  const env = { ...process.env, MTOOLS_SKIP_CHECK: '1', MTOOLS_LOWER_CASE: '0' };
  return run(tool, ['-i', `${disk}@@${offset}`, ...args], { env });
}
