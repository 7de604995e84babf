import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { define } from '../../../builder/definition/define.ts';
import { partitionRange } from '../../../builder/disk/disk-layout.ts';
import { packDisk } from '../../../builder/disk/pack-disk.ts';
import { initKeys } from '../../../builder/keys/init.ts';
import { build } from '../../../builder/release/build.ts';
import { sign } from '../../../builder/sign/sign.ts';
import type { PartitionName } from '../../../protocol/boot/partitions.ts';
import { parseRelease, type Release } from '../../../protocol/documents/release.ts';
import type { GptTable } from '../../../protocol/formats/disk/gpt.ts';
import { mountErofs, mountProblem } from '../../support/erofs/mount-erofs.ts';
import { seeImage, seeTar } from '../support/see.ts';

let work: string;
let folder: string;
let release: Release;
let disk: string;
let table: GptTable;
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'core-peers-'));
  const keys = join(work, 'keys');
  const certificates = { name: 'test', tlsNames: ['localhost'] };
  await initKeys(keys, { channels: ['alpha'], threshold: 1, keys: 1, certificates });
  ({ folder } = await build(await define('images/core'), { version: '1', out: work }));
  await sign(folder, keys);
  release = parseRelease(await readFile(join(folder, 'release.json')));
  disk = join(work, 'disk.raw');
  const loader = await readFile(join(folder, 'loader.efi'));
  ({ table } = await packDisk(folder, disk, { loader, sizes: release.slots ?? {} }));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const run = (tool: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  return { status, output: stdout + stderr };
};

/** One partition as a file of its own. */
function partition(name: PartitionName): string {
  const { offset, size } = partitionRange(table, name);
  const file = join(work, name);
  const place = [`skip=${offset}`, `count=${size}`, 'iflag=skip_bytes,count_bytes', 'conv=sparse', 'bs=1M'];
  execFileSync('dd', [`if=${disk}`, `of=${file}`, ...place], { stdio: 'pipe' });
  return file;
}

describe('images/core beside the peers of each format', () => {
  it('root: fsck.erofs finds nothing', () => {
    const { status, output } = run('fsck.erofs', '-d9', join(folder, 'root.erofs'));
    expect({ status, errors: output.match(/.*<E>.*/g) }).toEqual({ status: 0, errors: null });
  });

  it.skipIf(mountProblem)(
    `root: the kernel shows what our own reader sees, entry by entry${mountProblem ? ` (skipped: ${mountProblem})` : ''}`,
    async () => {
      const image = join(folder, 'root.erofs');
      const shown = await mountErofs(image, async (mount) => {
        const tar = join(work, 'copy.tar');
        const options = ['--xattrs', '--xattrs-include=*', '--format=pax', '-C', mount, '-cf', tar, '.'];
        execFileSync('tar', options, { stdio: 'pipe' });
        return seeTar(createReadStream(tar));
      });
      expect(shown.size).toBeGreaterThan(3000);
      expect([...shown].sort()).toEqual([...(await seeImage(image))].sort());
    },
  );

  it('hash tree: veritysetup makes the same bytes, and verifies', () => {
    const [data, hashes, again] = [
      join(folder, 'root.erofs'),
      join(folder, 'root.verity'),
      join(work, 'again'),
    ];
    const { salt, uuid, rootHash } = release.root.verity;
    const { output } = run('veritysetup', 'format', '--salt', salt, '--uuid', uuid, data, again);
    expect(output).toMatch(new RegExp(`Root hash: +\\t*${rootHash}`));
    expect(readFileSync(again).equals(readFileSync(hashes))).toBe(true);
    expect(run('veritysetup', 'verify', data, hashes, rootHash)).toMatchObject({ status: 0 });
  });

  it('boot file: objdump lists its sections, sbverify its signature', () => {
    const boot = join(folder, 'boot.efi');
    const names = [...run('objdump', '-h', boot).output.matchAll(/^ +\d+ (\.\S+)/gm)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(['.osrel', '.cmdline', '.uname', '.linux', '.initrd']));
    expect(run('sbverify', '--cert', join(work, 'keys/x509/db.crt'), boot).output).toContain(
      'Signature verification OK',
    );
  });

  it('disk: sgdisk and sfdisk find no problem', () => {
    expect(run('sgdisk', '--verify', disk).output).toContain('No problems found');
    const { status, output } = run('sfdisk', '--verify', disk);
    expect({ status, output }).toMatchObject({
      status: 0,
      output: expect.stringContaining('No errors detected'),
    });
  });

  it('boot partition: fsck.fat finds nothing, mdir and mtype show its files', () => {
    const esp = partition('esp');
    const { status, output } = run('fsck.fat', '-n', '-v', esp);
    expect(status).toBe(0);
    expect(output).not.toMatch(/differ|wrong|error|bad|dirty/i);
    const listed = run('mdir', '-b', '-/', '-i', esp, '::').output;
    const uki = `EFI/interlock/a-${release.root.verity.rootHash.slice(0, 16)}.efi`;
    for (const path of [uki, 'EFI/BOOT/BOOTX64.EFI', 'loader/loader.conf']) expect(listed).toContain(path);
    expect(run('mtype', '-i', esp, '::loader/entries/interlock-1.conf').output).toContain(`linux /${uki}`);
  });

  it('parts list: the CycloneDX project’s validator accepts it, and every package of the lock is in it', async () => {
    const text = await readFile(join(folder, 'sbom.cdx.json'), 'utf8');
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
    const components: { purl?: string; name: string; licenses?: unknown[] }[] = JSON.parse(text).components;
    const debian = components.filter(({ purl }) => purl?.startsWith('pkg:deb/'));
    const { packages, unpacked } = JSON.parse(await readFile(join(folder, 'packages.lock'), 'utf8'));
    const locked = [...packages, ...unpacked].map(({ name }: { name: string }) => name);
    expect(debian.map(({ name }) => name)).toEqual(locked.toSorted());
    expect(debian.filter(({ licenses }) => licenses).length).toBeGreaterThan(debian.length / 2);
    for (const name of ['node', 'interlock-agent', 'got']) {
      expect(components.map((part) => part.name)).toContain(name);
    }
  });
});
