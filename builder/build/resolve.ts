import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import type { Arch } from '../../protocol/schema.ts';
import { run } from '../../system/run.ts';
import type { Definition } from '../define/definition.ts';
import { placeOf } from '../define/line-of.ts';
import type { Mirror } from './mirror.ts';
import { type LockedPackage, type PackagesLock, sortPackages } from './packages-lock.ts';
import { debianArch, requiredPackages, stubPackage } from './required-packages.ts';

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Asks apt, in a root of its own, which packages an image needs today. Throws `package_unknown`. */
export async function resolve(definition: Definition, arch: Arch, mirror: Mirror): Promise<PackagesLock> {
  const root = await mkdtemp(join(tmpdir(), 'interlock-apt-'));
  try {
    const config = await prepareApt(root, definition.suite, arch, mirror);
    await updateIndexes(config);
    const packages = parseUris(await solve(config, definition, arch), mirror);
    const date = await newestDate(join(root, 'lists'));
    return { format: 1, suite: definition.suite, arch, date, packages: sortPackages(packages) };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Reads apt's `--print-uris` lines: `'uri' name_version_arch.deb size SHA256:hash`. */
export function parseUris(text: string, mirror: Mirror): LockedPackage[] {
  const bases = [mirror.security, mirror.main].filter((base) => base !== null).map((base) => `${base}/`);
  return text.split('\n').flatMap((line) => {
    const match = /^'([^']+)' (\S+)_(\S+)_(\S+)\.deb (\d+) SHA256:([0-9a-f]{64})/.exec(line);
    if (!match) return [];
    const [, uri = '', name = '', version = '', arch = '', size = '', sha256 = ''] = match;
    const base = bases.find((candidate) => uri.startsWith(candidate));
    if (!base) throw new InterlockError('mirror_failed', { what: name, problem: `it lies at ${uri}` });
    const path = decodeURIComponent(uri.slice(base.length));
    return [{ name, version: decodeURIComponent(version), arch, path, size: Number(size), sha256 }];
  });
}

/** An apt configuration that sees nothing of the machine: no packages but the stub, no sources but ours. */
async function prepareApt(root: string, suite: string, arch: Arch, mirror: Mirror): Promise<string> {
  await mkdir(join(root, 'lists/partial'), { recursive: true });
  await mkdir(join(root, 'archives/partial'), { recursive: true });
  const keyring = mirror.keyring ?? debianKeyring;
  const source = (uri: string, name: string) => `deb [signed-by=${keyring}] ${uri} ${name} main\n`;
  const sources = [source(mirror.main, suite)];
  if (mirror.updates !== false) sources.push(source(mirror.main, `${suite}-updates`));
  if (mirror.security) sources.push(source(mirror.security, `${suite}-security`));
  await writeFile(join(root, 'sources.list'), sources.join(''));
  await writeFile(join(root, 'preferences'), '');
  await writeFile(join(root, 'status'), stubStatus());
  const config = join(root, 'apt.conf');
  const quoted = Object.entries(aptSettings(root, arch)).map(([key, value]) => `${key} "${value}";\n`);
  await writeFile(config, quoted.join(''));
  return config;
}

function aptSettings(root: string, arch: Arch): Record<string, string> {
  return {
    'APT::Architecture': debianArch(arch),
    'APT::Architectures': debianArch(arch),
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::ForceHash': 'SHA256',
    'Dir::Etc': root,
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': 'sources.list',
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': 'preferences',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': root,
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': root,
    // apt counts itself as essential; an image that is never changed in place has no use for it
    'pkgCacheGen::ForceEssential': ',',
  };
}

function stubStatus(): string {
  const fields = {
    Package: stubPackage,
    Status: 'install ok installed',
    Version: '1',
    Architecture: 'all',
    Provides: 'linux-initramfs-tool',
    Maintainer: 'Interlock',
    Description: 'the builder makes the initrd',
  };
  return `${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n')}\n\n`;
}

async function updateIndexes(config: string): Promise<void> {
  try {
    await run('apt-get', ['-qq', '-o', 'APT::Update::Error-Mode=any', 'update'], { env: aptEnv(config) });
  } catch (error) {
    throw toolProblem(error, (output) => ({ what: 'its package indexes', problem: output }));
  }
}

async function solve(config: string, definition: Definition, arch: Arch): Promise<string> {
  const packages = ['?essential', ...requiredPackages(definition, arch)];
  try {
    return await run('apt-get', ['-qq', '-y', '--print-uris', 'install', ...packages], {
      env: aptEnv(config),
    });
  } catch (error) {
    throw unknownPackage(error, definition) ?? toolProblem(error, (problem) => ({ what: 'a set', problem }));
  }
}

function unknownPackage(error: unknown, definition: Definition): InterlockError | undefined {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return undefined;
  const output = String(error.details.output);
  const name = /Unable to locate package (\S+)|Package '?([a-z0-9.+-]+)'? has no installation candidate/.exec(
    output,
  );
  if (!name) return undefined;
  const missing = name[1] ?? name[2] ?? '';
  const details = {
    ...placeOf(definition, ['packages'], missing),
    package: missing,
    suite: definition.suite,
  };
  return new InterlockError('package_unknown', details, { cause: error });
}

function toolProblem(
  error: unknown,
  details: (output: string) => { what: string; problem: string },
): unknown {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return error;
  return new InterlockError('mirror_failed', details(String(error.details.output)), { cause: error });
}

function aptEnv(config: string): NodeJS.ProcessEnv {
  return { ...process.env, APT_CONFIG: config, LC_ALL: 'C' };
}

/** The newest `Date:` of the signed indexes, as RFC 3339 in UTC. */
async function newestDate(lists: string): Promise<string> {
  const names = (await readdir(lists)).filter((name) => name.endsWith('_InRelease'));
  const texts = await Promise.all(names.map((name) => readFile(join(lists, name), 'utf8')));
  const dates = texts.map((text) => Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? ''));
  const newest = Math.max(...dates.filter(Number.isFinite));
  if (!Number.isFinite(newest)) {
    throw new InterlockError('mirror_failed', { what: 'a date', problem: 'its indexes have none' });
  }
  return new Date(newest).toISOString().replace('.000Z', 'Z');
}
