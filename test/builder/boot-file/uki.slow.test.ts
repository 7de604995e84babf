import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { checkUki } from './check-uki.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'stub-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe("unified kernel image from Debian's stub", () => {
  it('is taken apart by binutils into what went in', () => {
    execFileSync('apt-get', ['download', '-q', 'systemd-boot-efi'], { cwd: dir, stdio: 'pipe' });
    const deb = readdirSync(dir).find((name) => name.endsWith('.deb'))!;
    execFileSync('dpkg-deb', ['-x', deb, 'files'], { cwd: dir });
    checkUki(readFileSync(join(dir, 'files/usr/lib/systemd/boot/efi/linuxx64.efi.stub')));
  });
});
