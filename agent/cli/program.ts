import type { Command } from 'commander';
import { createProgram, runProgram } from '../../system/command/command.ts';

/** Adds verbs to the program; `root` tells the folder that its call named. */
type Add = (program: Command, root: () => string) => void;

const orders = async () => (await import('./verbs.ts')).addVerbs;

/** Every verb and the file that adds it. A boot starts some of them, so each loads no more than it needs. */
const verbs: Readonly<Record<string, () => Promise<Add>>> = {
  run: orders,
  acknowledge: orders,
  check: orders,
  update: orders,
  rollback: orders,
  confirm: orders,
  cancel: orders,
  reboot: async () => (await import('./maintain.ts')).addReboot,
  status: async () => (await import('./status.ts')).addStatus,
  lock: async () => (await import('./lock.ts')).addLock,
  etcd: async () => (await import('./etcd.ts')).addEtcd,
  swarm: async () => (await import('./swarm.ts')).addSwarm,
  register: async () => (await import('./register.ts')).addRegister,
  sources: async () => (await import('./sources.ts')).addSources,
  install: async () => (await import('./install.ts')).addInstall,
  verify: async () => (await import('./verify.ts')).addVerify,
  'user-data': async () => (await import('./user-data.ts')).addUserData,
};

/** The `interlock-agent` program, `interlock-agent [--root DIR] VERB …`: with what `called` needs, or whole. */
export async function createAgent(called = ''): Promise<Command> {
  const program = createProgram(
    'interlock-agent',
    'Update this host; a lock in etcd limits how many hosts of a group are down at once',
    'interlock-agent status',
    'interlock-agent check',
    'interlock-agent rollback',
  );
  program.option('--root <dir>', 'folder of a file-backed host', '/');
  const root = () => program.opts<{ root: string }>().root;
  const needed = Object.hasOwn(verbs, called) ? [verbs[called]!] : new Set(Object.values(verbs));
  for (const load of needed) (await load())(program, root);
  return program;
}

/** Runs the command line, whose first word is `called`. */
export async function runAgentProgram(argv: readonly string[], called?: string): Promise<void> {
  await runProgram(await createAgent(called), argv);
}
