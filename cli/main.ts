import type { Command } from 'commander';
import { createProgram, runProgram } from '../system/command.ts';

/** Every verb of the contract and the file that adds it; only what is called is loaded. */
const verbs: Record<string, () => Promise<(program: Command) => void>> = {
  keys: async () => (await import('./keys.ts')).addKeys,
  build: async () => (await import('./build.ts')).addBuild,
  delta: async () => (await import('./delta.ts')).addDeltaVerb,
  disk: async () => (await import('./disk.ts')).addDisk,
  inspect: async () => (await import('./inspect.ts')).addInspect,
  sign: async () => (await import('./sign.ts')).addSign,
  serve: async () => (await import('./serve.ts')).addServe,
  publish: async () => (await import('./publish.ts')).addPublish,
  promote: async () => (await import('./promote.ts')).addPromote,
  rollback: async () => (await import('./rollback.ts')).addRollback,
  channel: async () => (await import('./channel.ts')).addChannel,
  rollout: async () => (await import('./rollout.ts')).addRollout,
  host: async () => (await import('./host.ts')).addHost,
  lock: async () => (await import('./lock.ts')).addLock,
  backup: async () => (await import('./backup.ts')).addBackup,
  restore: async () => (await import('./restore.ts')).addRestore,
  token: async () => (await import('./token.ts')).addToken,
};

const argv = process.argv.slice(2);
const program = createProgram('interlock', 'Build, sign, publish and roll out immutable system images');
const called = argv.find((word) => !word.startsWith('-')) ?? '';
for (const [name, load] of Object.entries(verbs)) {
  if (!(called in verbs) || name === called) (await load())(program);
}
await runProgram(program, argv);
