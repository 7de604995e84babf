import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportOn } from '../builder/build-host/reporter.ts';
import { define } from '../builder/definition/define.ts';
import { build } from '../builder/release/build.ts';
import type { Measured } from './figure.ts';
import { median, type Spent, timed } from './pack/timed.ts';

export const summary =
  'tar to root.erofs and root.verity, beside mkfs.erofs and veritysetup; tree of images/core';

const rounds = 5;
const mebibyte = 1024 * 1024;
const peer = 'mkfs.erofs + veritysetup';
const packTar = fileURLToPath(new URL('pack/pack-tar.ts', import.meta.url));

/** Both get the same tree in their own form, in turns; both end with their files on the disk. */
export async function* bench(): AsyncGenerator<Measured> {
  const work = await mkdtemp(join(tmpdir(), 'bench-pack-'));
  try {
    const { tree, tar } = await makeTree(work);
    const ours: Spent[] = [];
    const theirs: Spent[] = [];
    for (let round = 0; round < rounds; round++) {
      theirs.push(packByPeers(tree, work));
      ours.push(timed(process.execPath, packTar, tar, work));
    }
    const compare = (figure: string, of: (spent: Spent) => number) => ({
      figure: `${figure}, median of ${rounds}`,
      value: median(ours.map(of)),
      unit: 's',
      peer,
      peerValue: median(theirs.map(of)),
    });
    yield { ...compare('wall time', ({ wall }) => wall), atMost: 1.5 };
    yield compare('processor time', ({ cpu }) => cpu);
    const peaks = ours.map(({ said }) => Number(said) / mebibyte);
    yield { figure: 'most memory (VmHWM)', value: Math.max(...peaks), unit: 'MiB', atMost: 256 };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The root of images/core, as files for the peers and as a tar for us. */
async function makeTree(work: string): Promise<{ tree: string; tar: string }> {
  const definition = await define('images/core');
  const { folder } = await build(definition, { version: '1', out: work }, reportOn(process.stderr));
  const [tree, tar] = [join(work, 'tree'), join(work, 'tree.tar')];
  execFileSync('fsck.erofs', [`--extract=${tree}`, join(folder, 'root.erofs')], { stdio: 'pipe' });
  await rm(folder, { recursive: true });
  execFileSync('tar', ['--sort=name', '--format=pax', '-C', tree, '-cf', tar, '.']);
  return { tree, tar };
}

function packByPeers(tree: string, work: string): Spent {
  const [image, verity] = [join(work, 'peer.erofs'), join(work, 'peer.verity')];
  const uuid = '11111111-2222-3333-4444-555555555555';
  return timed(
    'sh',
    '-ec',
    'mkfs.erofs --quiet -T 1700000000 -U "$4" "$1" "$2" && veritysetup format --salt "$5" --uuid "$4" "$1" "$3" && sync "$1" "$3"',
    'sh',
    image,
    tree,
    verity,
    uuid,
    '5a'.repeat(32),
  );
}
