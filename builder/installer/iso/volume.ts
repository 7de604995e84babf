/** Bytes of a block of ISO 9660. */
export const isoBlock = 2048;

/** A file or folder of a volume; `name` as the volume has it, in capitals. */
export interface IsoNode {
  name: string;
  /** A folder's entries in the order of their names; null for a file. */
  children: IsoNode[] | null;
  /** First block. */
  block: number;
  /** Bytes. */
  size: number;
}

const isDirectory = 2;

/** A number in both byte orders (ECMA-119, 7.2.3, 7.3.3). */
export function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}

/** A folder's own block: itself, the folder above, its entries (ECMA-119, 6.8.2). */
export function encodeFolder(node: IsoNode, parent: IsoNode, time: Date): Buffer {
  const records = [
    encodeRecord('\0', node, time),
    encodeRecord('\x01', parent, time),
    ...node.children!.map((child) => encodeRecord(identifierOf(child), child, time)),
  ];
  const bytes = Buffer.concat(records);
  if (bytes.length > isoBlock) throw new RangeError('a folder of the medium has too many files');
  return Buffer.concat([bytes, Buffer.alloc(isoBlock - bytes.length)]);
}

/** A directory record (ECMA-119, 9.1). */
export function encodeRecord(identifier: string, { children, block, size }: IsoNode, time: Date): Buffer {
  const name = Buffer.from(identifier, 'latin1');
  const record = Buffer.alloc(33 + name.length + ((33 + name.length) % 2));
  record.writeUInt8(record.length, 0);
  both32(block).copy(record, 2);
  both32(size).copy(record, 10);
  record.set(
    [
      time.getUTCFullYear() - 1900,
      time.getUTCMonth() + 1,
      time.getUTCDate(),
      time.getUTCHours(),
      time.getUTCMinutes(),
      time.getUTCSeconds(),
    ],
    18,
  );
  record.writeUInt8(children ? isDirectory : 0, 25);
  both16(1).copy(record, 28);
  record.writeUInt8(name.length, 32);
  name.copy(record, 33);
  return record;
}

/** Both path tables: folders with the number of the folder above (ECMA-119, 9.4). */
export function encodePathTable(
  folders: readonly { node: IsoNode; parent: number }[],
  isBig: boolean,
): Buffer {
  const entries = folders.map(({ node, parent }, index) => {
    const name = Buffer.from(index === 0 ? '\0' : node.name, 'latin1');
    const entry = Buffer.alloc(8 + name.length + (name.length % 2));
    entry.writeUInt8(name.length, 0);
    if (isBig) {
      entry.writeUInt32BE(node.block, 2);
      entry.writeUInt16BE(parent, 6);
    } else {
      entry.writeUInt32LE(node.block, 2);
      entry.writeUInt16LE(parent, 6);
    }
    name.copy(entry, 8);
    return entry;
  });
  return Buffer.concat(entries);
}

/** What the primary volume descriptor says. */
export interface VolumeFacts {
  name: string;
  blocks: number;
  pathTable: { length: number; little: number; big: number };
  root: IsoNode;
  time: Date;
}

/** The primary volume descriptor (ECMA-119, 8.4). */
export function encodePrimary({ name, blocks, pathTable, root, time }: VolumeFacts): Buffer {
  const bytes = startDescriptor(1);
  const text = (value: string, at: number, length: number) => bytes.write(value.padEnd(length), at, 'latin1');
  text('', 8, 32);
  text(name, 40, 32);
  both32(blocks).copy(bytes, 80);
  both16(1).copy(bytes, 120);
  both16(1).copy(bytes, 124);
  both16(isoBlock).copy(bytes, 128);
  both32(pathTable.length).copy(bytes, 132);
  bytes.writeUInt32LE(pathTable.little, 140);
  bytes.writeUInt32BE(pathTable.big, 148);
  encodeRecord('\0', root, time).copy(bytes, 156);
  for (const at of [190, 318, 446, 574]) text('', at, 128);
  for (const at of [702, 739, 776]) text('', at, 37);
  const stamp = `${time
    .toISOString()
    .replace(/[-T:Z.]/g, '')
    .slice(0, 14)}00\0`;
  for (const at of [813, 830]) bytes.write(stamp, at, 'latin1');
  for (const at of [847, 864]) bytes.write(`${'0'.repeat(16)}\0`, at, 'latin1');
  bytes.writeUInt8(1, 881);
  return bytes;
}

/** The boot record that leads to the catalog (El Torito 1.0, 2.0). */
export function encodeBootRecord(catalog: number): Buffer {
  const bytes = startDescriptor(0);
  bytes.write('EL TORITO SPECIFICATION', 7, 'latin1');
  bytes.writeUInt32LE(catalog, 71);
  return bytes;
}

/** The end of the descriptors. */
export function encodeTerminator(): Buffer {
  return startDescriptor(255);
}

function startDescriptor(type: number): Buffer {
  const bytes = Buffer.alloc(isoBlock);
  bytes.writeUInt8(type, 0);
  bytes.write('CD001\x01', 1, 'latin1');
  return bytes;
}

function identifierOf({ name, children }: IsoNode): string {
  return children ? name : `${name};1`;
}
