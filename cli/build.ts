import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type BuildOptions, build } from '../builder/build/build.ts';
import { formatLock, type PackagesLock, parseLock } from '../builder/build/packages-lock.ts';
import { reportOn } from '../builder/build/reporter.ts';
import { formatUsersLock, parseUsersLock } from '../builder/build/users/users-lock.ts';
import { define } from '../builder/define/define.ts';
import { InterlockError } from '../protocol/errors.ts';
import { type Answer, answer, verb } from '../system/command.ts';
import { writeDurably } from '../system/durable.ts';

interface Options {
  version: string;
  out: string;
  trust?: string;
  floor?: string;
  lock?: string;
  updateLock?: boolean;
  offline?: boolean;
}

/** Adds `interlock build`. */
export function addBuild(program: Command): void {
  verb(
    program,
    'build <imagedir>',
    'Build an unsigned release from an image definition',
    'interlock build images/tiny --version 1.0.0 --out releases',
  )
    .requiredOption('--version <version>', 'version of the release')
    .requiredOption('--out <dir>', 'folder that gets <name>-<version>-<arch>')
    .option('--trust <file>', 'root.json that hosts trust from the start')
    .option('--floor <file>', 'trust floor: the oldest metadata hosts accept')
    .option('--lock <file>', 'build exactly these packages (default: packages.lock beside image.toml)')
    .option('--update-lock', 'choose packages anew; keep packages.lock and users.lock beside image.toml')
    .option('--offline', 'use the lock and the cache only')
    .action(answer(runBuild));
}

async function runBuild(imagedir: string, options: Options): Promise<Answer> {
  const definition = await define(imagedir);
  const lockFile = options.lock ?? join(imagedir, 'packages.lock');
  const given = options.updateLock ? undefined : await readLock(lockFile, options.lock !== undefined);
  const settings: BuildOptions = {
    version: options.version,
    out: options.out,
    ...(given && { lock: given }),
  };
  if (options.offline) settings.offline = true;
  if (options.trust) settings.trust = await readInput(options.trust);
  if (options.floor) settings.floor = await readInput(options.floor);
  const epoch = sourceDateEpoch(process.env.SOURCE_DATE_EPOCH);
  if (epoch !== undefined) settings.epoch = epoch;
  const usersFile = join(imagedir, 'users.lock');
  const users = await readFile(usersFile, 'utf8').catch(() => '');
  settings.users = parseUsersLock(users, usersFile);
  const { folder, lock, users: allUsers } = await build(definition, settings, reportOn(process.stderr));
  if (options.updateLock) {
    await writeDurably(lockFile, formatLock(lock));
    await writeDurably(usersFile, formatUsersLock(allUsers));
  }
  return { text: folder, data: { folder, packages: lock.packages.length } };
}

async function readLock(file: string, isNamed: boolean): Promise<PackagesLock | undefined> {
  try {
    return parseLock(await readFile(file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (isNamed) throw new InterlockError('not_found', { what: file }, { cause: error });
    return undefined;
  }
}

async function readInput(file: string): Promise<Buffer> {
  return readFile(file).catch((cause) => {
    throw new InterlockError('not_found', { what: file }, { cause });
  });
}

/** reproducible-builds.org: one time for everything a build writes, in seconds since 1970. */
function sourceDateEpoch(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const epoch = Number(text);
  if (/^\d{1,11}$/.test(text)) return epoch;
  throw new InterlockError('usage', { problem: `SOURCE_DATE_EPOCH is ${text}, not seconds since 1970` });
}
