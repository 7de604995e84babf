const headLength = 110;
const magic = '070701';

/** The names in an initrd's archives, one behind the other (see `packCpio`); it ends where no archive goes on. */
export function cpioNames(archives: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + headLength <= archives.length; ) {
    if (archives.toString('latin1', at, at + magic.length) !== magic) {
      // zeros between two archives
      if (archives.readUInt32LE(at) !== 0) break;
      at += 4;
      continue;
    }
    const field = (index: number) =>
      Number.parseInt(archives.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const [size, nameLength] = [field(6), field(11)];
    names.push(archives.toString('latin1', at + headLength, at + headLength + nameLength - 1));
    at = align(align(at + headLength + nameLength) + size);
  }
  return names.filter((name) => name !== 'TRAILER!!!');
}

function align(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
