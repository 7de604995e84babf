import { createProgram, runProgram } from '../../system/command.ts';
import { addLock } from './lock.ts';
import { addStatus } from './status.ts';
import { addVerbs } from './verbs.ts';
import { addVerify } from './verify.ts';

/** Runs the command line: `interlock-agent [--root DIR] VERB …`. */
export async function runAgentProgram(argv: readonly string[]): Promise<void> {
  const program = createProgram(
    'interlock-agent',
    'Update this host, and never more of its group than may be down',
  );
  program.option('--root <dir>', 'folder of a file-backed host', '/');
  const root = () => program.opts<{ root: string }>().root;
  addVerbs(program, root);
  addStatus(program, root);
  addLock(program, root);
  addVerify(program);
  await runProgram(program, argv);
}
