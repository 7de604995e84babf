import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pathsOf } from '../../../agent/config/paths.ts';
import { findOutdated } from '../../../agent/etc/find-outdated.ts';
import { noteOverrides } from '../../../agent/etc/note-overrides.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'etc-'));
  for (const folder of ['run/interlock/image-etc/ssh', 'var/lib/interlock/agent', `${own}/ssh`]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const own = 'var/lib/interlock/etc/upper';
const image = 'run/interlock/image-etc';
let clock = 1_700_000_000;
/** Writes at a time of its own: two writes of a test may share a tick of the real clock. */
function put(side: string, path: string, text: string): void {
  writeFileSync(join(root, side, path), text);
  utimesSync(join(root, side, path), ++clock, clock);
}
const note = () => noteOverrides(pathsOf(root));
const outdated = () => findOutdated(pathsOf(root));

test('an own file is named when the image’s changes after it, until it is written again', async () => {
  put(image, 'issue', 'one');
  put(image, 'ssh/config', 'one');
  put(own, 'issue', 'mine');
  put(own, 'ssh/config', 'mine');
  put(own, 'hostname', 'host');
  await note();
  expect(await outdated()).toEqual([]);

  put(image, 'issue', 'two');
  rmSync(join(root, image, 'ssh/config'));
  put(image, 'hostname', 'localhost');
  await note();
  const changes = [
    { path: 'hostname', image: 'added' },
    { path: 'issue', image: 'changed' },
    { path: 'ssh/config', image: 'removed' },
  ];
  expect(await outdated()).toEqual(changes);

  put(own, 'issue', 'mine, looked at again');
  expect(await outdated()).toEqual([changes[0], changes[2]]);
  await note();
  expect(await outdated()).toEqual([changes[0], changes[2]]);
  rmSync(join(root, own, 'hostname'));
  await note();
  expect(await outdated()).toEqual([changes[2]]);
});

test('an own file that says the same as the image by now is no news', async () => {
  put(image, 'issue', 'one');
  put(own, 'issue', 'two');
  symlinkSync('/usr/share/zoneinfo/UTC', join(root, own, 'localtime'));
  await note();
  put(image, 'issue', 'two');
  symlinkSync('/usr/share/zoneinfo/UTC', join(root, image, 'localtime'));
  expect(await outdated()).toEqual([]);
});

test('notes that cannot be read are made anew, and a host without an overlay keeps none', async () => {
  put(image, 'issue', 'one');
  put(own, 'issue', 'mine');
  const file = join(root, 'var/lib/interlock/agent/etc.json');
  writeFileSync(file, '{"files":');
  expect(await outdated()).toEqual([]);
  await note();
  expect(JSON.parse(readFileSync(file, 'utf8')).files.issue).toBeTruthy();
  rmSync(join(root, 'var/lib/interlock/etc'), { recursive: true });
  rmSync(file);
  await note();
  expect(() => readFileSync(file)).toThrow(/ENOENT/);
});

describe.skipIf(!canOverlay())('on a real overlay', () => {
  const options = 'index=off,metacopy=off,redirect_dir=off,xino=off';
  test('changes and deletions made through /etc are found', async () => {
    const at = (path: string) => join(root, path);
    for (const folder of ['etc', 'var/lib/interlock/etc/work']) mkdirSync(at(folder), { recursive: true });
    for (const name of ['changed', 'deleted', 'left alone']) put(image, name, 'one');
    const mount = `mount -t overlay overlay -o lowerdir=${at(image)},upperdir=${at(own)},workdir=${at('var/lib/interlock/etc/work')},${options} ${at('etc')}`;
    const inside = `${mount} && echo mine >${at('etc/changed')} && rm ${at('etc/deleted')}`;
    execFileSync('unshare', ['-m', 'sh', '-c', inside]);
    await note();
    for (const name of ['changed', 'deleted', 'left alone']) put(image, name, 'two');
    expect(await outdated()).toEqual([
      { path: 'changed', image: 'changed' },
      { path: 'deleted', image: 'changed' },
    ]);
    unlinkSync(at(join(image, 'deleted')));
    expect(await outdated()).toEqual([
      { path: 'changed', image: 'changed' },
      { path: 'deleted', image: 'removed' },
    ]);
  });
});

/** Needs the right to mount, and a file system under /tmp that may be an upper layer. */
function canOverlay(): boolean {
  if (process.getuid?.() !== 0) return false;
  const script =
    'd=$(mktemp -d); mkdir $d/l $d/u $d/w; mount -t overlay o -o lowerdir=$d/l,upperdir=$d/u,workdir=$d/w $d/l; s=$?; umount $d/l; rm -r $d; exit $s';
  return spawnSync('unshare', ['-m', 'sh', '-c', script]).status === 0;
}
