import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../system/command/command.ts';
import { addCompletion } from '../system/completion/add-completion.ts';
import { kindOf } from './complete/kind-of.ts';

/** Every verb of the contract and the file that adds it; only what is called is loaded. */
const verbs: Record<string, () => Promise<(program: Command) => void>> = {
  keys: async () => (await import('./keys.ts')).addKeys,
  build: async () => (await import('./build.ts')).addBuild,
  delta: async () => (await import('./delta.ts')).addDeltaVerb,
  disk: async () => (await import('./disk.ts')).addDisk,
  'user-data': async () => (await import('./user-data/user-data.ts')).addUserData,
  installer: async () => (await import('./installer.ts')).addInstaller,
  inspect: async () => (await import('./inspect.ts')).addInspect,
  sign: async () => (await import('./sign.ts')).addSign,
  serve: async () => (await import('./serve.ts')).addServe,
  login: async () => (await import('./login.ts')).addLogin,
  profile: async () => (await import('./profile.ts')).addProfile,
  logout: async () => (await import('./logout.ts')).addLogout,
  publish: async () => (await import('./publish.ts')).addPublish,
  promote: async () => (await import('./promote.ts')).addPromote,
  rollback: async () => (await import('./rollback.ts')).addRollback,
  intent: async () => (await import('./intent.ts')).addIntent,
  export: async () => (await import('./export.ts')).addExport,
  release: async () => (await import('./release.ts')).addRelease,
  channel: async () => (await import('./channel.ts')).addChannel,
  rollout: async () => (await import('./rollout.ts')).addRollout,
  host: async () => (await import('./host.ts')).addHost,
  fleet: async () => (await import('./fleet.ts')).addFleet,
  discovery: async () => (await import('./discovery.ts')).addDiscovery,
  etcd: async () => (await import('./etcd/etcd.ts')).addEtcd,
  lock: async () => (await import('./lock.ts')).addLock,
  units: async () => (await import('./units/units.ts')).addUnits,
  lab: async () => (await import('./lab/lab.ts')).addLab,
  token: async () => (await import('./token.ts')).addToken,
  audit: async () => (await import('./audit.ts')).addAudit,
  backup: async () => (await import('./backup.ts')).addBackup,
  restore: async () => (await import('./restore.ts')).addRestore,
  completion: async () => (program) => addCompletion(program, kindOf),
};

/** The `interlock` program: with the one verb that `argv` calls, or whole when it calls none or needs all. */
export async function createInterlock(argv: readonly string[] = []): Promise<Command> {
  const program = createProgram(
    'interlock',
    'Build, sign, publish and roll out immutable system images',
    'interlock keys init ./keys',
    'interlock build images/tiny --version 1 --out releases',
    'interlock publish releases/tiny-1-x86-64 --keys ./keys --channel alpha',
    'interlock rollout watch tiny --channel alpha',
  );
  program.option('--profile <profile>', 'server to use, by the name it has in `interlock profile list`');
  program.hook('preAction', () => useProfile(program.opts<{ profile?: string }>().profile));
  program.addHelpText('after', () => `\nManual: ${manualOf('interlock')}`);
  const called = argv.find((word, at) => !word.startsWith('-') && argv[at - 1] !== '--profile') ?? '';
  const isWhole = !(called in verbs) || called === 'completion';
  for (const [name, load] of Object.entries(verbs)) {
    if (isWhole || name === called) (await load())(program);
  }
  return program;
}

/** The command that shows the manual: of the package, or of the checkout that this runs from. */
function manualOf(name: string): string {
  const page = join(import.meta.dirname, `../docs/man/${name}.1`);
  return existsSync(page) ? `man -l ${relative(process.cwd(), page)}` : `man ${name}`;
}

/** A profile that was named comes before what the environment says of another server: no token may go astray. */
function useProfile(name: string | undefined): void {
  if (name === undefined) return;
  for (const each of ['INTERLOCK_SERVER', 'INTERLOCK_TOKEN', 'INTERLOCK_CA']) delete process.env[each];
  process.env.INTERLOCK_PROFILE = name;
}
