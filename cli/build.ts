import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { buildHostArch } from '../builder/build-host/build-host-arch.ts';
import { reportOn } from '../builder/build-host/reporter.ts';
import { define } from '../builder/definition/define.ts';
import type { Definition } from '../builder/definition/definition.ts';
import { addDelta } from '../builder/delta/add-delta.ts';
import { formatLayerChanges, formatLockChanges, lockChanges } from '../builder/packages/lock/lock-changes.ts';
import { formatLock, type PackagesLock, parseLock } from '../builder/packages/lock/packages-lock.ts';
import { type BuildOptions, build } from '../builder/release/build.ts';
import { formatDifferences } from '../builder/release/compare-releases.ts';
import { type Phase, plan } from '../builder/release/plan.ts';
import { readRelease, verify } from '../builder/release/verify.ts';
import { emptyUsersLock } from '../builder/tree/users/accounts/users-lock.ts';
import { formatUserChanges } from '../builder/tree/users/user-changes.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import type { PayloadFormat } from '../protocol/formats/payload/payload.ts';
import type { Arch } from '../protocol/schema/schema.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../system/command/command.ts';
import { writeDurably } from '../system/files/durable.ts';
import { readError } from '../system/files/read-error.ts';
import { print } from '../system/terminal/print.ts';
import { formatTable, text as heading } from '../system/terminal/table.ts';
import { payloadFormatOption } from './flags/payload-format.ts';
import { keepUsersLock, readUsersLock } from './users-lock.ts';

interface Options {
  version?: string;
  out?: string;
  trust?: string;
  floor?: string;
  lock?: string;
  updateLock?: boolean;
  checkIdentity?: boolean;
  offline?: boolean;
  allowExpired?: boolean;
  deltaFrom?: string[];
  level?: string;
  payloadFormat?: string;
  arch?: Arch;
  plan?: boolean;
  verify?: string;
}

/** Adds `interlock build`. */
export function addBuild(program: Command): void {
  verb(
    program,
    'build <imagedir>',
    'Build an unsigned release from an image definition',
    'interlock build images/tiny --version 1.0.0 --out releases',
  )
    .option('--version <version>', 'version of the release')
    .option('--out <dir>', 'folder that gets <name>-<version>-<arch>')
    .addOption(new Option('--arch <arch>', 'default: that of the build host').choices(['x86-64', 'arm64']))
    .option('--trust <file>', 'root.json that hosts trust from the start')
    .option('--floor <file>', 'trust floor: the oldest metadata hosts accept')
    .option('--lock <file>', 'build exactly these packages (default: packages.lock beside image.toml)')
    .option(
      '--update-lock',
      'resolve packages again, print what changed, and write packages.lock (at once) and users.lock',
    )
    .option('--check-identity', 'install again on another simulated host, and refuse a root that differs')
    .option('--level <level>', 'zstd level of the full payload: 19 for releases (default: 3, which is quick)')
    .addOption(payloadFormatOption())
    .option('--delta-from <release...>', 'folders of older releases to make deltas from')
    .option('--offline', 'use the lock and the cache only')
    .option('--allow-expired', 'choose packages from indexes that have expired, as those of a snapshot')
    .option(
      '--verify <release>',
      'install and build a release again on another simulated host, and list what differs',
    )
    .option('--plan', 'print the phases and what is cached, and build nothing')
    .action(answer(runBuild));
}

async function runBuild(imagedir: string, options: Options): Promise<Answer> {
  if (options.verify) return runVerify(imagedir, options.verify, options);
  const arch = options.arch ?? buildHostArch();
  const definition = await define(imagedir, arch);
  const lockFile = options.lock ?? join(imagedir, lockName(arch));
  const kept = await readLock(lockFile, options.lock !== undefined && !options.updateLock);
  const given = options.updateLock ? undefined : kept;
  if (options.plan) return showPlan(await plan(definition, given, await readUsersLock(imagedir)));
  const settings: BuildOptions = {
    version: needed(options.version, '--version'),
    out: needed(options.out, '--out'),
    ...(given && { lock: given }),
    ...(options.updateLock && kept && { before: kept }),
    ...(options.updateLock && { keepLock: (lock) => keepLock(lockFile, kept, lock) }),
    ...(await readInputs(imagedir, options)),
  };
  const epoch = sourceDateEpoch(process.env.SOURCE_DATE_EPOCH);
  if (epoch !== undefined) settings.epoch = epoch;
  if (options.level !== undefined) settings.level = levelOf(options.level);
  if (options.payloadFormat) settings.format = Number(options.payloadFormat) as PayloadFormat;
  const built = await build(definition, settings, reportOn(process.stderr));
  const { folder, lock, users: allUsers, warnings } = built;
  if (options.checkIdentity) await checkIdentity(folder, definition, settings);
  for (const old of options.deltaFrom ?? []) await addDelta(old, folder);
  const users = await keepUsersLock(imagedir, allUsers, options.updateLock ?? false);
  const data = { folder, packages: lock.packages.length, users, warnings };
  const userChanges = formatUserChanges(users);
  if (!options.updateLock) {
    for (const change of userChanges) print(`users.lock: ${change}`, process.stderr);
    return { text: folder, data };
  }
  const changes = lockChanges(kept ?? { packages: [] }, lock);
  // of a first lock every package is new: a list of hundreds would push warnings off the screen
  const summary = kept ? formatLockChanges(changes) : `packages.lock: new, ${lock.packages.length} packages`;
  const text = [summary, ...userChanges, folder].join('\n');
  return { text, data: { ...data, changes } };
}

/** Printed at once: the lock stays changed when the install fails afterwards. */
async function keepLock(file: string, before: PackagesLock | undefined, lock: PackagesLock): Promise<void> {
  await writeDurably(file, formatLock(lock));
  const { length } = before ? lockChanges(before, lock) : lock.packages;
  const things = before ? 'change' : 'package';
  const what = `${length} ${things}${length === 1 ? '' : 's'}; ${formatLayerChanges(before, lock)}`;
  print(line`${file}: written, ${what}`, process.stderr);
}

function levelOf(text: string): number {
  const level = Number(text);
  if (Number.isInteger(level) && level >= 1 && level <= 19) return level;
  throw new InterlockError('usage', { problem: `--level is ${text}, not 1 to 19` });
}

async function runVerify(imagedir: string, folder: string, options: Options): Promise<Answer> {
  const { arch } = await readRelease(folder);
  const inputs = await readInputs(imagedir, options);
  const { differences } = await verify(
    folder,
    await define(imagedir, arch),
    inputs,
    reportOn(process.stderr),
  );
  if (differences.length === 0)
    return {
      text: line`${folder}: installed again on another simulated host, with the same bytes`,
      data: { differences },
    };
  throw new InterlockError('not_reproduced', { folder, lines: `\n${formatDifferences(differences)}` });
}

/** Refuses a release whose root depends on the host it was installed on, and removes it. */
async function checkIdentity(folder: string, definition: Definition, settings: BuildOptions): Promise<void> {
  const { differences } = await verify(folder, definition, settings, reportOn(process.stderr));
  if (differences.length === 0) return;
  await rm(folder, { recursive: true });
  const path = differences.find((each) => each.path !== null)?.path ?? '';
  const lines = `\n${formatDifferences(differences)}`;
  throw new InterlockError('depends_on_machine', { lines, path: `/${path}` });
}

/** What a build is given in addition to its definition and its lock. */
async function readInputs(imagedir: string, { offline, allowExpired, trust, floor }: Options) {
  return {
    users: (await readUsersLock(imagedir)) ?? emptyUsersLock,
    ...(offline && { offline }),
    ...(allowExpired && { allowExpired }),
    ...(trust && { trust: await readInput(trust) }),
    ...(floor && { floor: await readInput(floor) }),
  };
}

/** Beside image.toml; the locks of architectures differ in every line. */
function lockName(arch: Arch): string {
  return arch === 'x86-64' ? 'packages.lock' : `packages.${arch}.lock`;
}

function showPlan(phases: Phase[]): Answer {
  // a table cuts what is too long for the terminal
  const isWhole = ({ phase, state }: Phase) => phase === 'warning' || state === 'refused';
  const rows = phases.filter((each) => !isWhole(each)).map(({ phase, what, state }) => [phase, state, what]);
  const whole = phases.filter(isWhole).map(({ phase, what, state }) => {
    return line`${state === 'refused' ? `${phase} refused` : phase}: ${what}`;
  });
  return {
    text: [formatTable(['PHASE', 'STATE', heading('WHAT')], rows), ...whole].join('\n'),
    data: phases,
  };
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new InterlockError('usage', { problem: `required option '${option}' not specified` });
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
    throw readError(file, cause);
  });
}

/** reproducible-builds.org: one time for everything a build writes, in seconds since 1970. */
function sourceDateEpoch(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const epoch = Number(text);
  if (/^\d{1,11}$/.test(text)) return epoch;
  throw new InterlockError('usage', { problem: `SOURCE_DATE_EPOCH is ${text}, not seconds since 1970` });
}
