import { readFile } from 'node:fs/promises';
import { Metadata, MetadataKind } from '@tufjs/models';
import { parseTrustFloor, type TrustFloor } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { checkIds } from './distinct-keys.ts';

/** Reads the root that the image carries, and its floor if it has one; without a root nothing can be trusted, so it throws. */
export async function readImageTrust(
  rootFile: string,
  floorFile: string,
): Promise<{ root: string; floor: TrustFloor }> {
  const root = await read(rootFile);
  if (rootVersion(root) === 0)
    throw new InterlockError('state_invalid', { file: rootFile, problem: 'is not a signed root' });
  return { root, floor: await readFloor(floorFile) };
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
    checkIds(root);
    return root.signed.version;
  } catch {
    // not a root, or not signed by its own keys: any other root is newer
    return 0;
  }
}

const noFloor: TrustFloor = { format: 1, built: '1970-01-01T00:00:00Z', root: 1, channels: {} };

/** Reads the floor that the image carries; one that was built without it promises nothing. Throws `state_invalid`. */
export async function readFloor(file: string): Promise<TrustFloor> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new InterlockError('state_invalid', { file, problem: 'cannot be read' }, { cause: error });
  });
  return text === undefined ? noFloor : parseTrustFloor(text);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InterlockError('state_invalid', { file, problem: 'cannot be read' }, { cause });
  }
}
