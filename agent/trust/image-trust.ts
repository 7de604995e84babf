import { readFile } from 'node:fs/promises';
import { Metadata, MetadataKind } from '@tufjs/models';
import { InterlockError } from '../../protocol/errors.ts';
import { parseTrustFloor, type TrustFloor } from '../../protocol/trust.ts';

/** Reads the root that the image carries, and its floor; fails closed, for without a root nothing can be trusted. */
export async function readImageTrust(
  rootFile: string,
  floorFile: string,
): Promise<{ root: string; floor: TrustFloor }> {
  const root = await read(rootFile);
  if (rootVersion(root) === 0)
    throw new InterlockError('state_invalid', { file: rootFile, problem: 'is no signed root' });
  return { root, floor: parseTrustFloor(await read(floorFile)) };
}

/** The newer of two roots, each of which must be signed by its own keys; a broken second one does not count. */
export function newerRoot(image: string, cached: string | undefined): string {
  return cached !== undefined && rootVersion(cached) > rootVersion(image) ? cached : image;
}

/** Version of a root that carries its own signatures; 0 for anything else. */
export function rootVersion(text: string): number {
  try {
    const root = Metadata.fromJSON(MetadataKind.Root, JSON.parse(text));
    root.verifyDelegate('root', root);
    return root.signed.version;
  } catch {
    return 0;
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InterlockError('state_invalid', { file, problem: 'cannot be read' }, { cause });
  }
}
