import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packErofs } from '../../../../builder/root/erofs/pack-erofs.ts';
import { mountErofs, mountProblem } from '../../../support/erofs/mount-erofs.ts';
import { makeTar } from '../../support/make-tar.ts';
import { type Seen, seeImage, seeTar } from '../../support/see.ts';
import { uglyTree } from '../../support/ugly-tree.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'erofs-peers-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The time of every entry of a made tar that has none of its own. */
const buildTime = 1_700_000_000;

async function packUgly(name: string): Promise<{ image: string; tar: Buffer; inodes: number }> {
  const image = join(dir, name);
  const tar = makeTar(uglyTree);
  const options = { buildTime, keepTimes: true, label: 'ugly-fifteen-by' };
  const { inodes } = await packErofs(Readable.from([tar]), image, options);
  return { image, tar, inodes };
}

describe('erofs image beside its peers', () => {
  it('satisfies fsck.erofs', async () => {
    const { image } = await packUgly('fsck.erofs');
    const { status, stdout, stderr } = spawnSync('fsck.erofs', ['-d9', image]);
    expect({ status, errors: `${stdout}${stderr}`.match(/.*<E>.*/g) }).toEqual({ status: 0, errors: null });
  });

  it('tells dump.erofs what it was told', async () => {
    const { image, inodes } = await packUgly('dump.erofs');
    const dump = (...options: string[]) =>
      execFileSync('dump.erofs', [...options, image], {
        encoding: 'utf8',
        env: { ...process.env, TZ: 'UTC' },
      });
    const head = dump('-s');
    expect(head).toMatch(new RegExp(`inode count: +${inodes}$`, 'm'));
    expect(head).toMatch(/Filesystem created: +Tue Nov 14 22:13:20 2023$/m);
    const file = dump('--path=/times/nanoseconds');
    expect(file).toContain('Timestamp: 2023-11-14 22:13:21.123456789');
    expect(file).toMatch(/Inode size: 64 /);
    expect(dump('--path=/times/before-1970')).toContain('Timestamp: 1969-12-31 23:59:58.750000000');
    expect(dump('--path=/big-owner')).toMatch(/Uid: 4000000000 +Gid: 65536 /);
    expect(dump('--path=/bin/setuid')).toMatch(/Links: 2 .*Inode size: 32 /s);
  });

  it('tells our own reader everything', async () => {
    const { image, tar } = await packUgly('read.erofs');
    expect(sorted(await seeImage(image))).toEqual(sorted(await seeTar(Readable.from([tar]))));
  });

  it.skipIf(mountProblem)(
    `mounts, and shows what the tar says${mountProblem ? ` (skipped: ${mountProblem})` : ''}`,
    async () => {
      const { image, tar } = await packUgly('mount.erofs');
      await mountErofs(image, async (mount) => {
        const options = ['--xattrs', '--xattrs-include=*', '--format=pax', '-b', '1'];
        const copy = join(dir, 'copy.tar');
        execFileSync('tar', [...options, '-C', mount, '-cf', copy, '.'], { stdio: 'pipe' });
        const shown = await seeTar(createReadStream(copy));
        expect(sorted(shown)).toEqual(sorted(await seeTar(Readable.from([tar]))));
        const links = execFileSync('stat', ['-c', '%h', join(mount, 'bin/twin'), join(mount, 'many')]);
        expect(links.toString()).toBe('2\n80\n');
      });
    },
  );
});

/** Parents that only paths name are directories of mode 0755 in both. */
function sorted(seen: Map<string, Seen>): [string, Seen][] {
  const implied: Seen = { ...seen.get('tmp')!, mode: 0o755 };
  for (const path of [...seen.keys()]) {
    const parent = path.split('/').slice(0, -1).join('/');
    if (!seen.has(parent)) seen.set(parent, { ...implied, names: [parent] });
  }
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
}
