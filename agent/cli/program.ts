import type { Command } from 'commander';
import { createProgram, runProgram } from '../../system/command/command.ts';
import { addInstall } from './install.ts';
import { addLock } from './lock.ts';
import { addSources } from './sources.ts';
import { addStatus } from './status.ts';
import { addUserData } from './user-data.ts';
import { addVerbs } from './verbs.ts';
import { addVerify } from './verify.ts';

/** The `interlock-agent` program: `interlock-agent [--root DIR] VERB …`. */
export function createAgent(): Command {
  const program = createProgram(
    'interlock-agent',
    'Update this host; a lock in etcd limits how many hosts of a group are down at once',
    'interlock-agent status',
    'interlock-agent check',
    'interlock-agent rollback',
  );
  program.option('--root <dir>', 'folder of a file-backed host', '/');
  const root = () => program.opts<{ root: string }>().root;
  addVerbs(program, root);
  addStatus(program, root);
  addLock(program, root);
  addSources(program, root);
  addInstall(program);
  addVerify(program);
  addUserData(program, root);
  return program;
}

/** Runs the command line. */
export async function runAgentProgram(argv: readonly string[]): Promise<void> {
  await runProgram(createAgent(), argv);
}
