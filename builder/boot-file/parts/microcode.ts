import { readBody, type Tree } from '../../tree/entries/entry.ts';

/** Where packages lay a vendor's microcode, how each file begins, and the name that the kernel looks for. */
const vendors = [
  { folder: 'usr/lib/firmware/amd-ucode/', magic: Buffer.from('DMA\0'), name: 'AuthenticAMD.bin' },
  // header version 1, little-endian (Intel SDM volume 3, 11.11.1)
  { folder: 'usr/lib/firmware/intel-ucode/', magic: Buffer.from([1, 0, 0, 0]), name: 'GenuineIntel.bin' },
];

/**
 * The microcode of a tree as the kernel takes it before everything else, by name: all files of a vendor one after the other,
 * in byte order of their names (Documentation/arch/x86/microcode.rst). Empty without microcode packages.
 */
export async function readMicrocode(tree: Tree): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const { folder, magic, name } of vendors) {
    const paths = [...tree.keys()].filter((path) => path.startsWith(folder)).sort();
    const files: Buffer[] = [];
    for (const path of paths) {
      const entry = tree.get(path);
      if (entry?.type !== 'file') continue;
      const content = await readBody(entry.body);
      // signatures and texts lie there too
      if (content.subarray(0, magic.length).equals(magic)) files.push(content);
    }
    if (files.length > 0) found.set(name, Buffer.concat(files));
  }
  return found;
}
