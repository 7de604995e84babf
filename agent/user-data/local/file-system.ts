/** The file systems that user-data comes on. */
export interface FileSystem {
  type: 'vfat' | 'iso9660' | 'udf';
  label: string;
}

/** What the first bytes say. */
export interface FirstBytes extends FileSystem {
  /** Where the root folder of a FAT begins: a label that was given later, or by Windows, stands there alone. */
  rootAt?: number;
}

/** Bytes at a disk's start that tell its file system. */
export const headBytes = 40 * 1024;

/** What file system a disk has, by its own first bytes: the volume descriptors of a disc, or a FAT's boot sector. */
export function fileSystemOf(head: Buffer): FirstBytes | null {
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

function fatOf(head: Buffer): FirstBytes | null {
  if (head.length < 512 || head.readUInt16LE(510) !== 0xaa55) return null;
  const is = (at: number, word: string) => head.toString('latin1', at, at + word.length) === word;
  const sector = head.readUInt16LE(11);
  const folderAt = (fatSectors: number) => (head.readUInt16LE(14) + head[16]! * fatSectors) * sector;
  if (is(82, 'FAT32')) {
    const clusters = (head.readUInt32LE(44) - 2) * head[13]! * sector;
    const rootAt = folderAt(head.readUInt32LE(36)) + clusters;
    return { type: 'vfat', label: labelOf(head.subarray(71, 82)), rootAt };
  }
  if (!is(54, 'FAT1') && !is(54, 'FAT ')) return null;
  return { type: 'vfat', label: labelOf(head.subarray(43, 54)), rootAt: folderAt(head.readUInt16LE(22)) };
}

const entryBytes = 32;

/** The label among the first entries of a FAT's root folder. */
export function labelInFolder(folder: Buffer): string | null {
  for (let at = 0; at + entryBytes <= folder.length; at += entryBytes) {
    const [first, attributes] = [folder[at], folder[at + 11]!];
    if (first === 0) return null;
    const isLong = attributes === 0x0f;
    if (first !== 0xe5 && !isLong && (attributes & 0x18) === 0x08)
      return labelOf(folder.subarray(at, at + 11));
  }
  return null;
}

function labelOf(bytes: Buffer): string {
  const text = bytes.toString('latin1').split('\0')[0]!.trimEnd();
  return text === 'NO NAME' ? '' : text;
}
