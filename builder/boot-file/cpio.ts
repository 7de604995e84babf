/** One entry of an archive: a directory, a symlink, a device or a file. */
export type CpioEntry =
  | { kind: 'directory'; mode?: number }
  | { kind: 'symlink'; target: string }
  | { kind: 'character-device'; mode: number; major: number; minor: number }
  | { kind: 'file'; mode: number; content: Uint8Array };

const typeBits: Record<CpioEntry['kind'], number> = {
  directory: 0o040000,
  symlink: 0o120000,
  'character-device': 0o020000,
  file: 0o100000,
};

/**
 * Writes an archive in the kernel's "newc" form (Documentation/driver-api/early-userspace/buffer-format.rst): entries
 * in byte order of their paths, so parents come first; everything belongs to root and has time 0.
 */
export function packCpio(entries: ReadonlyMap<string, CpioEntry>): Buffer {
  const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const members = sorted.map(([path, entry], index) => encodeMember(path, entry, index + 1));
  return Buffer.concat([...members.flat(), ...encodeTrailer()]);
}

function encodeMember(path: string, entry: CpioEntry, inode: number): Buffer[] {
  const { content, mode, links, major, minor } = factsOf(entry);
  const head = encodeHeader(path, [
    inode,
    typeBits[entry.kind] | mode,
    ...[0, 0],
    links,
    0,
    content.length,
    ...[0, 0],
    major,
    minor,
  ]);
  return [head, Buffer.from(content), Buffer.alloc(padding(content.length))];
}

function factsOf(entry: CpioEntry) {
  const plain = { content: new Uint8Array(0), links: 1, major: 0, minor: 0 };
  switch (entry.kind) {
    case 'directory':
      return { ...plain, mode: entry.mode ?? 0o755, links: 2 };
    case 'symlink':
      return { ...plain, mode: 0o777, content: Buffer.from(entry.target) };
    case 'character-device':
      return { ...plain, mode: entry.mode, major: entry.major, minor: entry.minor };
    case 'file':
      return { ...plain, mode: entry.mode, content: entry.content };
  }
}

function encodeTrailer(): Buffer[] {
  return [encodeHeader('TRAILER!!!', [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])];
}

/** Magic, 13 fields of 8 hex digits (the last two: name length and an unused check), name, padding. */
function encodeHeader(path: string, fields: number[]): Buffer {
  const name = Buffer.from(`${path}\0`);
  const all = [...fields, name.length, 0];
  const text = `070701${all.map((value) => value.toString(16).padStart(8, '0')).join('')}`;
  const head = Buffer.concat([Buffer.from(text, 'latin1'), name]);
  return Buffer.concat([head, Buffer.alloc(padding(head.length))]);
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}
