import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of the archive; `depends` as in a control file. */
export interface ArchivePackage {
  name: string;
  version: string;
  depends?: string;
  essential?: boolean;
}

/** A small Debian archive in a folder, with real packages and indexes signed by a key of its own. */
export interface Archive {
  keyring: string;
  /** Replaces the whole archive, pool and indexes, as of a date. */
  publish(packages: readonly ArchivePackage[], date: string): void;
  /** Ends the agent that holds the key. */
  close(): void;
}

/** Makes the key; `home` gets it, and `folder` will be the archive's root. */
export function makeArchive(home: string, folder: string): Archive {
  mkdirSync(home, { mode: 0o700, recursive: true });
  const keyring = join(home, 'archive.gpg');
  const gpg = (...args: string[]) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  gpg(
    '--passphrase',
    '',
    '--quick-generate-key',
    'Archive <archive@test.invalid>',
    'rsa2048',
    'sign',
    'never',
  );
  gpg('--output', keyring, '--export');
  const sign = (release: string, to: string) => gpg('--yes', '--clearsign', '--output', to, release);

  return {
    keyring,
    close: () => execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']),
    publish(packages, date) {
      rmSync(folder, { recursive: true, force: true });
      const index = join(folder, 'dists/trixie/main/binary-amd64');
      mkdirSync(index, { recursive: true });
      mkdirSync(join(folder, 'pool/main'), { recursive: true });
      const text = packages.map((each) => addPackage(folder, each)).join('\n');
      writeFileSync(join(index, 'Packages'), text);
      const release = join(folder, 'dists/trixie/Release');
      writeFileSync(release, releaseOf(text, date));
      sign(release, join(folder, 'dists/trixie/InRelease'));
    },
  };
}

function addPackage(folder: string, { name, version, depends, essential }: ArchivePackage): string {
  const source = join(folder, `${name}.tmp`);
  mkdirSync(join(source, 'DEBIAN'), { recursive: true });
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: amd64',
    ...(essential ? ['Essential: yes'] : []),
    ...(depends ? [`Depends: ${depends}`] : []),
    'Maintainer: Test',
    'Description: for tests',
  ].join('\n');
  writeFileSync(join(source, 'DEBIAN/control'), `${control}\n`);
  const file = `pool/main/${name}_${version.replace(/^\d+:/, '')}_amd64.deb`;
  execFileSync('dpkg-deb', ['-Znone', '--root-owner-group', '--build', source, join(folder, file)], {
    stdio: 'ignore',
  });
  rmSync(source, { recursive: true });
  const bytes = readFileSync(join(folder, file));
  return `${control}\nFilename: ${file}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
}

function releaseOf(packages: string, date: string): string {
  const bytes = Buffer.from(packages);
  const lines = [
    'Origin: Test',
    'Suite: trixie',
    'Codename: trixie',
    `Date: ${new Date(date).toUTCString()}`,
    'Architectures: amd64',
    'Components: main',
    'SHA256:',
    ` ${sha256(bytes)} ${bytes.length} main/binary-amd64/Packages`,
  ];
  return `${lines.join('\n')}\n`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
