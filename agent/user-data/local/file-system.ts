/** The file systems that user-data comes on. */
export interface FileSystem {
  type: 'vfat' | 'iso9660' | 'udf';
  label: string;
}

/** Bytes at a disk's start that tell its file system. */
export const headBytes = 40 * 1024;

/** What file system a disk has, by its own first bytes: the volume descriptors of a disc, or a FAT's boot sector. */
export function fileSystemOf(head: Buffer): FileSystem | null {
  return discOf(head) ?? fatOf(head);
}

const firstDescriptor = 32 * 1024;
const descriptorBytes = 2048;

/** ECMA-119 8.4: the primary volume descriptor has the label; ECMA-167 3: a disc of UDF says `NSR` in another. */
function discOf(head: Buffer): FileSystem | null {
  const words = [0, 1, 2, 3].map((index) => {
    const at = firstDescriptor + index * descriptorBytes;
    return { type: head[at], word: head.toString('latin1', at + 1, at + 6), at };
  });
  const primary = words.find(({ type, word }) => type === 1 && word === 'CD001');
  const isUdf = words.some(({ word }) => /^NSR0[23]$/.test(word));
  if (!primary && !isUdf) return null;
  const label = primary ? labelOf(head.subarray(primary.at + 40, primary.at + 72)) : '';
  return { type: primary ? 'iso9660' : 'udf', label };
}

function fatOf(head: Buffer): FileSystem | null {
  if (head.length < 512 || head.readUInt16LE(510) !== 0xaa55) return null;
  const is = (at: number, word: string) => head.toString('latin1', at, at + word.length) === word;
  if (is(82, 'FAT32')) return { type: 'vfat', label: labelOf(head.subarray(71, 82)) };
  if (is(54, 'FAT1') || is(54, 'FAT ')) return { type: 'vfat', label: labelOf(head.subarray(43, 54)) };
  return null;
}

function labelOf(bytes: Buffer): string {
  const text = bytes.toString('latin1').split('\0')[0]!.trimEnd();
  return text === 'NO NAME' ? '' : text;
}
