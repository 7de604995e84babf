import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { withFile } from '../../system/files/durable.ts';
import { type OpenErofs, openErofs, problemOf } from './erofs/open-erofs.ts';
import { contentOf, type ErofsNode, erofsBlock, inodeTypes, walkErofs } from './erofs/walk-erofs.ts';

/** What one name of a root image stands for. */
export interface RootEntry {
  /** Bytes of a file's content, and where in the image it begins; 0 and 0 for anything else. */
  size: number;
  offset: number;
  /** Everything else that may differ: type, mode, owner, device, link target, attributes. */
  facts: string;
}

const longestLink = 4095;

/**
 * Lists a root image as the packer writes it (uncompressed EROFS, metadata last) by path: binary strings without leading
 * slash. File contents are not read. Throws `release_invalid` for another kind of image, and for a damaged one.
 */
export async function readRoot(image: string): Promise<Map<string, RootEntry>> {
  return withFile(image, 'r', async (file) => {
    try {
      const opened = await openErofs(file);
      const entries = new Map<string, RootEntry>();
      for (const { path, node, spend } of walkErofs(opened)) entries.set(path, entryOf(node, opened, spend));
      return entries;
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new InterlockError('release_invalid', { file: image, problem: problemOf(cause) }, { cause });
    }
  });
}

function entryOf(node: ErofsNode, image: OpenErofs, spend: (bytes: number) => void): RootEntry {
  const { mode, raw, value, isLong, size } = node;
  const owner = isLong
    ? [raw.readUInt32LE(24), raw.readUInt32LE(28)]
    : [raw.readUInt16LE(24), raw.readUInt16LE(26)];
  const facts = (own: string) =>
    [mode.toString(8), ...owner, own, ...xattrsOf(node, image, spend)].join('\0');
  switch (mode & inodeTypes.mask) {
    case inodeTypes.file: {
      const offset = value * erofsBlock;
      if (offset + size > image.size) throw new RangeError('holds a file that reaches behind its end');
      return { size, offset, facts: facts('') };
    }
    case inodeTypes.link: {
      if (size > longestLink) throw new RangeError(`holds a link to ${size} bytes`);
      spend(size);
      const target = contentOf(node, image.metadata, image.metaAt).toString('latin1');
      return { size: 0, offset: 0, facts: facts(target) };
    }
    case inodeTypes.directory:
      return { size: 0, offset: 0, facts: facts('') };
    default:
      return { size: 0, offset: 0, facts: facts(String(value)) };
  }
}

/** Attributes as encoded entries, wherever they lie. */
function xattrsOf(
  { raw, head, body }: ErofsNode,
  image: OpenErofs,
  spend: (bytes: number) => void,
): string[] {
  const area = raw.subarray(head, body);
  if (area.length === 0) return [];
  const shared = area.readUInt8(4);
  const entries: string[] = [];
  const add = (bytes: Buffer) => {
    const length = Math.ceil((4 + bytes.readUInt8(0) + bytes.readUInt16LE(2)) / 4) * 4;
    spend(length);
    entries.push(bytes.toString('latin1', 0, length));
    return length;
  };
  for (let index = 0; index < shared; index++) {
    const at = image.xattrsAt + 4 * area.readUInt32LE(12 + 4 * index);
    if (at < 0) throw new RangeError('has an attribute outside of the image');
    add(image.metadata.subarray(at));
  }
  for (let at = 12 + 4 * shared; at < area.length; ) at += add(area.subarray(at));
  return entries.sort();
}
