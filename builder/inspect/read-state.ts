import { withFile } from '../../system/files/durable.ts';
import { readRoot } from '../root/read-root.ts';
import { linesFile, linksFile, seedsFile } from '../tree/state/empty-var.ts';
import { imagePath, writtenPath } from '../tree/state/homes.ts';
import type { StateLayout } from '../tree/state/lay-out-state.ts';
import { readLine } from '../tree/state/read-line.ts';

const longestList = 64 * 1024 * 1024;

/** Reads from a root image what it does with files in the host's folders. Throws `release_invalid` for a damaged one. */
export async function readState(image: string): Promise<Pick<StateLayout, 'moved' | 'seeded'>> {
  const entries = await readRoot(image);
  const textOf = (path: string) =>
    withFile(image, 'r', async (file) => {
      const { size = 0, offset = 0 } = entries.get(path) ?? {};
      const length = Math.min(size, longestList);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.toString('latin1', 0, bytesRead);
    });
  const lines = (await textOf(linesFile)).split('\n').map(readLine);
  const seeds = (await textOf(seedsFile)).split('\n').filter(Boolean);
  const links = (await textOf(linksFile)).split('\n').map((line) => line.split('\t'));
  return {
    seeded: [...seeds.map((path) => path.slice(1)), ...lines.flatMap(copied)].map(writtenPath),
    moved: links.flatMap(([link = '', to = '']) => {
      const path = link.slice(1);
      if (link === '' || to !== `/${imagePath(path)}`) return [];
      return [{ path: writtenPath(path), to, isFolder: /^4/.test(entries.get(to.slice(1))?.facts ?? '') }];
    }),
  };
}

function copied(line: ReturnType<typeof readLine>): string[] {
  return line?.type === 'C' ? [line.path] : [];
}
