import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packErofs } from '../../../../builder/root/erofs/pack-erofs.ts';
import { type ErofsEntry, openErofs } from '../../../support/erofs/open-erofs.ts';
import { type MadeEntry, makeTar, tarStream } from '../../support/make-tar.ts';

const buildTime = 1_700_000_000;
let dir: string;
let image: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'erofs-'));
  image = join(dir, 'root.erofs');
});
afterAll(() => rmSync(dir, { recursive: true }));

async function packAndList(entries: readonly MadeEntry[], step?: number): Promise<Map<string, ErofsEntry>> {
  await packErofs(tarStream(entries, step), image, { buildTime });
  const erofs = await openErofs(image);
  const contents = await erofs.list();
  for (const entry of contents) {
    const bytes = await entry.content();
    entry.content = async () => bytes;
  }
  await erofs.close();
  return new Map(contents.map((entry) => [entry.path, entry]));
}

const typeBits: Record<string, number> = {
  0: 0o100000,
  2: 0o120000,
  3: 0o020000,
  4: 0o060000,
  5: 0o040000,
  6: 0o010000,
};

const anyName = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[/\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..');
const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes));
const anyXattrs = fc
  .array(fc.tuple(fc.constantFrom('user.a', 'user.bb', 'security.capability', 'trusted.x'), anyBytes(300)), {
    maxLength: 3,
  })
  .map((pairs) => new Map(pairs));
const anyEntry: fc.Arbitrary<MadeEntry> = fc.record({
  path: fc.array(anyName, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
  type: fc.constantFrom('0', '0', '2', '3', '4', '5', '5', '6'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.constant(4_000_000_000)),
  gid: fc.integer({ min: 0, max: 70_000 }),
  content: fc.oneof(
    anyBytes(40),
    fc.integer({ min: 0, max: 9000 }).map((size) => Buffer.alloc(size, 'x')),
  ),
  linkname: fc.oneof(
    anyName,
    fc.integer({ min: 1, max: 4095 }).map((size) => 't'.repeat(size)),
  ),
  major: fc.integer({ min: 0, max: 4095 }),
  minor: fc.integer({ min: 0, max: 1_048_575 }),
  xattrs: anyXattrs,
});

/** Entries that a tree can hold together: a parent is a directory, and no path comes twice. */
function consistent(entries: MadeEntry[]): MadeEntry[] {
  const kinds = new Map<string, string>();
  return entries
    .map((entry) => ({
      ...entry,
      content: entry.type === '0' ? entry.content! : Buffer.alloc(0),
      linkname: entry.type === '2' ? entry.linkname! : '',
    }))
    .filter(({ path, type }) => {
      const parents = path
        .split('/')
        .map((_, index, names) => names.slice(0, index).join('/'))
        .slice(1);
      if (kinds.has(path) || parents.some((parent) => (kinds.get(parent) ?? '5') !== '5')) return false;
      for (const parent of parents) kinds.set(parent, '5');
      kinds.set(path, type);
      return true;
    });
}

describe('erofs image', () => {
  it('gives back any tree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEntry, { maxLength: 30 }),
        fc.integer({ min: 1, max: 4000 }),
        async (drawn, step) => {
          const entries = consistent(drawn);
          const found = await packAndList(entries, step);
          for (const entry of entries) {
            const inode = found.get(entry.path)!;
            expect(inode.mode).toBe(typeBits[entry.type]! | entry.mode!);
            expect([inode.uid, inode.gid, inode.mtime]).toEqual([entry.uid, entry.gid, buildTime]);
            expect(inode.xattrs).toEqual(new Map([...entry.xattrs!].sort()));
            if (entry.type === '0') expect((await inode.content()).equals(entry.content!)).toBe(true);
            if (entry.type === '2') expect((await inode.content()).toString('latin1')).toBe(entry.linkname);
            if (entry.type === '3' || entry.type === '4') {
              const minor = entry.minor!;
              expect(inode.device).toBe((minor & 0xff) + entry.major! * 256 + (minor >> 8) * 2 ** 20);
            }
          }
          const parents = entries.flatMap(({ path }) =>
            path.split('/').map((_, index, names) => names.slice(0, index).join('/')),
          );
          expect([...found.keys()].sort()).toEqual(
            [...new Set(['', ...parents, ...entries.map((e) => e.path)])].sort(),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps directories of many blocks sorted, and their link count', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `d/${index % 7 ? 'sub' : '!'}${index}`);
    const found = await packAndList(names.map((path) => ({ path, type: '5' })));
    expect(found.get('d')!.nlink).toBe(3002);
    expect(found.size).toBe(3002);
  });

  it('shares one inode among hard links, whichever comes first', async () => {
    const found = await packAndList([
      { path: 'early', type: '1', linkname: './one/file' },
      { path: 'one/file', type: '0', content: Buffer.from('text') },
      { path: 'late', type: '1', linkname: 'one/file' },
    ]);
    const nids = ['early', 'one/file', 'late'].map((path) => found.get(path)!.nid);
    expect(new Set(nids).size).toBe(1);
    expect(found.get('late')!.nlink).toBe(3);
  });

  it('lets an entry replace a hard link whose target comes later', async () => {
    const found = await packAndList([
      { path: 'a', type: '1', linkname: 'late' },
      { path: 'a', type: '0', content: Buffer.from('own') },
      { path: 'late', type: '0', content: Buffer.from('target') },
    ]);
    expect((await found.get('a')!.content()).toString()).toBe('own');
    expect(found.get('late')!.nlink).toBe(1);
  });

  it('lets the later of two entries win', async () => {
    const found = await packAndList([
      { path: 'a/b', type: '0', content: Buffer.from('old') },
      { path: 'link', type: '1', linkname: 'a/b' },
      { path: 'a/b', type: '0', content: Buffer.from('new') },
      { path: 'a', type: '5', mode: 0o700, uid: 5 },
    ]);
    expect((await found.get('a/b')!.content()).toString()).toBe('new');
    expect((await found.get('link')!.content()).toString()).toBe('old');
    expect([found.get('link')!.nlink, found.get('a/b')!.nlink]).toEqual([1, 1]);
    expect([found.get('a')!.mode, found.get('a')!.uid]).toEqual([0o040700, 5]);
  });

  it('stores a capability with bytes beyond ASCII, shared when two files have it', async () => {
    const capability = Buffer.from('0100000280000000ff00000000000000fe000000', 'hex');
    const xattrs = new Map([['security.capability', capability]]);
    const found = await packAndList([
      { path: 'a', type: '0', xattrs },
      { path: 'b', type: '0', xattrs },
    ]);
    expect(found.get('a')!.xattrs.get('security.capability')).toEqual(capability);
    expect(found.get('b')!.xattrs).toEqual(found.get('a')!.xattrs);
  });

  it('is the same bytes each time, and another uuid for another content', async () => {
    const entries: MadeEntry[] = [
      {
        path: 'x',
        type: '0',
        content: Buffer.alloc(5000, 1),
        xattrs: new Map([['user.b', Buffer.from('1')]]),
      },
      { path: 'y', type: '5' },
    ];
    const first = await packErofs(tarStream(entries), image, { buildTime });
    const bytes = readFileSync(image);
    const second = await packErofs(tarStream(entries, 100), image, { buildTime });
    expect(readFileSync(image).equals(bytes)).toBe(true);
    expect(second).toEqual(first);
    await packErofs(tarStream([{ path: 'y', type: '5' }]), image, { buildTime });
    expect(readFileSync(image).subarray(1072, 1088).equals(bytes.subarray(1072, 1088))).toBe(false);
  });
});

describe('a tar that cannot become a root', () => {
  const refused: [string, MadeEntry[], string][] = [
    ['an absolute path', [{ path: '/etc/passwd', type: '0' }], '/etc/passwd: is an absolute path'],
    ['a path that leaves', [{ path: 'a/../../b', type: '0' }], 'leads out of the tree'],
    ['a link that leaves', [{ path: 'a', type: '1', linkname: '../b' }], 'leads out of the tree'],
    ['a long name', [{ path: 'n'.repeat(256), type: '0' }], 'holds a name of 256 bytes'],
    ['a long target', [{ path: 'a', type: '2', linkname: 't'.repeat(4096) }], 'points at more than 4095'],
    ['a sparse file', [{ path: 'a', type: '0', pax: { 'GNU.sparse.major': '1' } }], 'is sparse'],
    ['an unknown type', [{ path: 'a', type: 'S' }], 'unknown or sparse type'],
    ['a textual ACL', [{ path: 'a', type: '0', pax: { 'SCHILY.acl.access': 'user::rw-' } }], 'textual ACL'],
    ['a dangling hard link', [{ path: 'a', type: '1', linkname: 'b' }], 'which is not there'],
    [
      'a file as a folder',
      [
        { path: 'a', type: '0' },
        { path: 'a/b', type: '0' },
      ],
      'which is not a directory',
    ],
    [
      'a folder that becomes a file',
      [
        { path: 'a/b', type: '0' },
        { path: 'a', type: '0' },
      ],
      'something else later',
    ],
    [
      'an unknown attribute',
      [{ path: 'a', type: '0', xattrs: new Map([['odd.x', Buffer.from('1')]]) }],
      'odd.x',
    ],
  ];
  for (const [what, entries, problem] of refused) {
    it(`is refused for ${what}, and no image stays`, async () => {
      await expect(packErofs(tarStream(entries), image, { buildTime })).rejects.toMatchObject({
        code: 'bad_input',
        message: expect.stringContaining(problem),
      });
      expect(existsSync(image)).toBe(false);
    });
  }

  it('is refused when it ends early or is no tar', async () => {
    const tar = makeTar([{ path: 'a', type: '0', content: Buffer.alloc(5000) }]);
    for (const bytes of [tar.subarray(0, 3000), Buffer.alloc(2048, 'x')]) {
      const packed = packErofs(Readable.from([bytes]), image, { buildTime });
      await expect(packed).rejects.toMatchObject({ code: 'bad_input' });
    }
  });
});
