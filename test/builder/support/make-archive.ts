import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package of the archive; `depends` as in a control file. */
export interface ArchivePackage {
  name: string;
  version: string;
  depends?: string;
  provides?: string;
  essential?: boolean;
  /** More lines of the control file. */
  fields?: readonly string[];
  /** Contents by path from the root; scripts are executable. */
  files?: Readonly<Record<string, string>>;
}

/** What a Release file says besides the usual. */
export interface SuiteOptions {
  component?: string;
  /** Lines of the Release file. */
  lines?: readonly string[];
}

/** A small Debian archive in a folder, with real packages and indexes signed by a key of its own. */
export interface Archive {
  keyring: string;
  /** Replaces the whole archive, pool and indexes, as of a date. */
  publish(packages: readonly ArchivePackage[], date: string): void;
  /** Adds a suite to what was published; `suite` that ends with `/` is a flat repository. */
  add(suite: string, packages: readonly ArchivePackage[], date: string, options?: SuiteOptions): void;
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

  const add: Archive['add'] = (suite, packages, date, { component = 'main', lines = [] } = {}) => {
    const isFlat = suite.endsWith('/');
    const place = isFlat ? join(folder, suite) : join(folder, 'dists', suite);
    const index = isFlat ? 'Packages' : `${component}/binary-amd64/Packages`;
    mkdirSync(dirname(join(place, index)), { recursive: true });
    const pool = isFlat ? suite.slice(0, -1) : `pool/${component}`;
    mkdirSync(join(folder, pool), { recursive: true });
    const text = packages.map((each) => addPackage(folder, pool, each)).join('\n');
    writeFileSync(join(place, index), text);
    const head = isFlat ? [] : [`Suite: ${suite}`, `Codename: ${suite}`, `Components: ${component}`];
    const release = join(place, 'Release');
    writeFileSync(release, releaseOf(index, text, date, [...head, ...lines]));
    sign(release, join(place, 'InRelease'));
  };
  return {
    keyring,
    add,
    close: () => execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']),
    publish(packages, date) {
      rmSync(folder, { recursive: true, force: true });
      add('trixie', packages, date);
    },
  };
}

function addPackage(folder: string, pool: string, wanted: ArchivePackage): string {
  const { name, version, depends, provides, essential, fields = [], files = {} } = wanted;
  const source = join(folder, `${name}.tmp`);
  mkdirSync(join(source, 'DEBIAN'), { recursive: true });
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: amd64',
    ...(essential ? ['Essential: yes'] : []),
    ...(depends ? [`Depends: ${depends}`] : []),
    ...(provides ? [`Provides: ${provides}`] : []),
    ...fields,
    'Maintainer: Test',
    'Description: for tests',
  ].join('\n');
  writeFileSync(join(source, 'DEBIAN/control'), `${control}\n`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), content, { mode: content.startsWith('#!') ? 0o755 : 0o644 });
  }
  const file = `${pool}/${name}_${version.replace(/^\d+:/, '')}_amd64.deb`;
  execFileSync('dpkg-deb', ['-Znone', '--root-owner-group', '--build', source, join(folder, file)], {
    stdio: 'ignore',
  });
  rmSync(source, { recursive: true });
  const bytes = readFileSync(join(folder, file));
  return `${control}\nFilename: ${pool === '.' ? './' : ''}${file.replace(/^\.\//, '')}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`;
}

function releaseOf(index: string, packages: string, date: string, more: readonly string[]): string {
  const bytes = Buffer.from(packages);
  const lines = [
    'Origin: Test',
    `Date: ${new Date(date).toUTCString()}`,
    'Architectures: amd64',
    ...more,
    'SHA256:',
    ` ${sha256(bytes)} ${bytes.length} ${index}`,
  ];
  return `${lines.join('\n')}\n`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
