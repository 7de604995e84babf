import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificates } from '../../builder/keys/certificates/certificates.ts';
import { makeStub } from '../builder/boot-file/make-stub.ts';
import { makeRelease } from '../builder/support/made-release.ts';

let dir: string;
let release: string;
let keys: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cli-disk-'));
  [release, keys] = [join(dir, 'release'), join(dir, 'keys')];
  mkdirSync(release);
  const made = await makeRelease(release, [{ path: 'x', type: '0', content: Buffer.from('x') }]);
  const program = makeStub().subarray(0, 0x800);
  const blob = { size: program.length, sha256: hash('sha256', program) };
  for (const name of ['boot.efi', 'loader.efi']) writeFileSync(join(release, name), program);
  writeFileSync(join(release, 'release.json'), JSON.stringify({ ...made, boot: blob, loader: blob }));
  mkdirSync(join(keys, 'x509'), { recursive: true });
  const files = makeCertificates({ name: 'own', tlsNames: ['localhost'] }, new Date());
  for (const [path, content] of Object.entries(files)) writeFileSync(join(keys, path), content);
  mkdirSync(join(dir, 'etc'));
  writeFileSync(join(dir, 'etc/hostname'), 'one\n');
});
afterAll(() => rmSync(dir, { recursive: true }));

function disk(out: string, ...options: string[]) {
  const main = join(import.meta.dirname, '../../cli/main.ts');
  const args = [main, 'disk', release, '--out', join(dir, out), '--esp-size', '64 MiB', ...options];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stderr };
}

test('a qcow2 disk has the same bytes each time, signed configuration and all, and the content of the raw one', () => {
  const options = ['--config', join(dir, 'etc'), '--keys', keys];
  for (const out of ['one.qcow2', 'two.qcow2']) {
    expect(disk(out, '--format', 'qcow2', ...options)).toMatchObject({ status: 0 });
  }
  expect(readFileSync(join(dir, 'two.qcow2')).equals(readFileSync(join(dir, 'one.qcow2')))).toBe(true);
  expect(disk('one.raw', ...options)).toMatchObject({ status: 0 });
  const compared = spawnSync('qemu-img', ['compare', join(dir, 'one.raw'), join(dir, 'one.qcow2')]);
  expect(compared.stdout.toString()).toBe('Images are identical.\n');
}, 120_000);

test('keys are enrolled only with a release that they signed', () => {
  expect(disk('bad.raw', '--secure-boot-enroll')).toMatchObject({ status: 2 });
  const { status, stderr } = disk('bad.raw', '--secure-boot-enroll', '--keys', keys);
  expect(status).toBe(65);
  expect(stderr).toContain('is not signed by');
  const without = disk('bad.raw', '--config', join(dir, 'etc'), '--keys', join(dir, 'etc'));
  expect(without.stderr).toContain('x509/db');
}, 120_000);
