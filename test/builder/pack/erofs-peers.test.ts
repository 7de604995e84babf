import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packErofs } from '../../../builder/pack/erofs/pack-erofs.ts';
import { readTar } from '../../../builder/pack/tar/read-tar.ts';
import { type MadeEntry, makeTar } from './make-tar.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'erofs-peers-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const capability = Buffer.from('0100000280000000ff00000000000000fe000000', 'hex');
/** user::rwx, user:4294967295-like ids, mask, other: a binary ACL as getxattr gives it. */
const acl = Buffer.from(
  '0200000001000700ffffffff02000600e803000004000500ffffffff10000700ffffffff20000500ffffffff',
  'hex',
);

/** One of every ugly kind. */
const uglyTree: MadeEntry[] = [
  { path: '.', type: '5', mode: 0o755 },
  { path: 'dev', type: '5', mode: 0o700, uid: 70_000, gid: 3 },
  { path: 'dev/char', type: '3', mode: 0o600, major: 511, minor: 1_048_575 },
  { path: 'dev/block', type: '4', mode: 0o660, gid: 6, major: 8, minor: 300 },
  { path: 'dev/fifo', type: '6', mode: 0o644 },
  { path: 'dev/whiteout', type: '3', mode: 0 },
  { path: 'bin/setuid', type: '0', mode: 0o4755, content: Buffer.alloc(4096, 's') },
  { path: 'bin/twin', type: '1', linkname: 'bin/setuid' },
  {
    path: 'bin/capable',
    type: '0',
    mode: 0o755,
    content: Buffer.from('x'),
    xattrs: new Map([['security.capability', capability]]),
  },
  { path: 'bin/capable2', type: '0', mode: 0o755, xattrs: new Map([['security.capability', capability]]) },
  {
    path: 'acl',
    type: '0',
    mode: 0o775,
    content: Buffer.alloc(8193, 'a'),
    xattrs: new Map([['system.posix_acl_access', acl]]),
  },
  { path: 'big-xattr', type: '0', xattrs: new Map([['trusted.big', Buffer.alloc(30_000, 0xfe)]]) },
  { path: 'big-owner', type: '0', uid: 4_000_000_000, gid: 65_536, content: Buffer.alloc(1_300_000, 'o') },
  { path: 'empty', type: '0' },
  { path: '!before-dot', type: '0', content: Buffer.from('first') },
  { path: `caf\xe9-${'n'.repeat(240)}`, type: '0', content: Buffer.from('not UTF-8') },
  { path: 'tmp', type: '5', mode: 0o1777 },
  { path: 'to-nowhere', type: '2', mode: 0o777, linkname: 'no/where' },
  { path: 'to-far', type: '2', mode: 0o777, linkname: 't'.repeat(4095) },
  ...Array.from(
    { length: 700 },
    (_, index): MadeEntry => ({ path: `many/name-${index}`, type: index % 9 ? '0' : '5', mode: 0o755 }),
  ),
];

interface Seen {
  type: string;
  mode: number;
  uid: number;
  gid: number;
  device: string;
  linkname: string;
  content: string;
  xattrs: [string, string][];
}

/** Every path of a tar with all that a file system shows of it; hard links carry their target's facts. */
async function see(tar: Readable): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  for await (const entry of readTar(tar)) {
    const digest = createHash('sha256');
    for await (const chunk of entry.body) digest.update(chunk);
    if (entry.type === 'link') seen.set(entry.path, seen.get(entry.linkname)!);
    else {
      seen.set(entry.path, {
        type: entry.type,
        mode: entry.mode,
        uid: entry.uid,
        gid: entry.gid,
        device: `${entry.major}:${entry.minor}`,
        linkname: entry.linkname,
        content: digest.digest('hex'),
        xattrs: [...entry.xattrs]
          .map(([name, value]): [string, string] => [name, value.toString('hex')])
          .sort(),
      });
    }
  }
  return seen;
}

async function packUgly(name: string): Promise<{ image: string; tar: Buffer }> {
  const image = join(dir, name);
  const tar = makeTar(uglyTree);
  await packErofs(Readable.from([tar]), image, { buildTime: 1_700_000_001, label: 'ugly-fifteen-by' });
  return { image, tar };
}

describe('erofs image beside its peers', () => {
  it('satisfies fsck.erofs', async () => {
    const { image } = await packUgly('fsck.erofs');
    const { status, stdout, stderr } = spawnSync('fsck.erofs', ['-d9', image]);
    expect({ status, errors: `${stdout}${stderr}`.match(/.*<E>.*/g) }).toEqual({ status: 0, errors: null });
  });

  const whyNot = mountProblem();
  it.skipIf(whyNot)(
    `mounts, and shows what the tar says${whyNot ? ` (skipped: ${whyNot})` : ''}`,
    async () => {
      const { image, tar } = await packUgly('mount.erofs');
      const mount = join(dir, 'mount');
      mkdirSync(mount);
      execFileSync('mount', ['-t', 'erofs', '-o', 'loop,ro', image, mount]);
      try {
        const options = ['--xattrs', '--xattrs-include=*', '--format=pax', '-b', '1'];
        const copy = join(dir, 'copy.tar');
        execFileSync('tar', [...options, '-C', mount, '-cf', copy, '.'], { stdio: 'pipe' });
        expect(sorted(await see(Readable.from([readFileSync(copy)])))).toEqual(
          sorted(await see(Readable.from([tar]))),
        );
        expect(
          execFileSync('stat', ['-c', '%h %Y', join(mount, 'bin/twin')])
            .toString()
            .trim(),
        ).toBe('2 1700000001');
      } finally {
        execFileSync('umount', [mount]);
      }
    },
  );
});

/** Parents that only paths name are directories of mode 0755 in both. */
function sorted(seen: Map<string, Seen>): [string, Seen][] {
  const implied: Seen = { ...seen.get('tmp')!, mode: 0o755 };
  for (const path of [...seen.keys()]) {
    const parent = path.split('/').slice(0, -1).join('/');
    if (!seen.has(parent)) seen.set(parent, implied);
  }
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
}

function mountProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  return readFileSync('/proc/filesystems', 'utf8').includes('erofs') ? undefined : 'the kernel has no erofs';
}
