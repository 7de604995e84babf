import { Readable } from 'node:stream';

/** An entry of a made tar; names are binary strings, one character per byte. */
export interface MadeEntry {
  path: string;
  /** Tar type flag: 0 file, 1 hard link, 2 symlink, 3 char, 4 block, 5 directory, 6 fifo. */
  type: string;
  mode?: number;
  uid?: number;
  gid?: number;
  content?: Buffer;
  linkname?: string;
  major?: number;
  minor?: number;
  xattrs?: Map<string, Buffer>;
  pax?: Record<string, string>;
}

/** Writes a tar byte by byte, so that tests can say what tar-stream's packer cannot: raw pax values and odd names. */
export function makeTar(entries: readonly MadeEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryBytes), Buffer.alloc(1024)]);
}

/** The same as a stream of pieces of `step` bytes. */
export function tarStream(entries: readonly MadeEntry[], step = 65536): Readable {
  const tar = makeTar(entries);
  const pieces: Buffer[] = [];
  for (let at = 0; at < tar.length; at += step) pieces.push(tar.subarray(at, at + step));
  return Readable.from(pieces);
}

function entryBytes(entry: MadeEntry): Buffer {
  const content = entry.content ?? Buffer.alloc(0);
  const records: [string, Buffer][] = [
    ['path', latin1(entry.path)],
    ['uid', latin1(`${entry.uid ?? 0}`)],
    ['gid', latin1(`${entry.gid ?? 0}`)],
    ...(entry.linkname === undefined ? [] : [['linkpath', latin1(entry.linkname)] as [string, Buffer]]),
    ...[...(entry.xattrs ?? [])].map(([name, value]): [string, Buffer] => [`SCHILY.xattr.${name}`, value]),
    ...Object.entries(entry.pax ?? {}).map(([key, value]): [string, Buffer] => [key, latin1(value)]),
  ];
  const pax = Buffer.concat(records.map(([key, value]) => paxRecord(key, value)));
  return Buffer.concat([
    header({ path: 'pax', type: 'x', size: pax.length }),
    padded(pax),
    header({ ...entry, path: 'long', size: content.length }),
    padded(content),
  ]);
}

function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([latin1(` ${key}=`), value, latin1('\n')]);
  const digits = [1, 2, 3, 4, 5, 6].find((count) => `${rest.length + count}`.length === count) ?? 7;
  return Buffer.concat([latin1(`${rest.length + digits}`), rest]);
}

function header(entry: Omit<MadeEntry, 'content'> & { size: number }): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  block.write(entry.path, 0, 'latin1');
  octal(entry.mode ?? 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.size, 124, 12);
  octal(1_700_000_000, 136, 12);
  block.write(entry.type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(entry.major ?? 0, 329, 8);
  octal(entry.minor ?? 0, 337, 8);
  block.fill(0x20, 148, 156);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
