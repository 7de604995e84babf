import { hostNames } from '../lab/plan/addresses.ts';
import { asInterlockError } from '../protocol/errors/interlock-error.ts';
import { statusOf } from '../system/process/interrupt.ts';
import { help, readArguments, type Wanted } from './arguments.ts';
import { createBoard } from './board.ts';
import { canRunVms } from './can-run-vms.ts';
import { fileHosts } from './file-hosts.ts';
import { labHosts } from './lab-hosts.ts';
import { runDemo } from './run-demo.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void leave().finally(() => process.exit(statusOf(signal))));
}

try {
  const wanted = readArguments(process.argv.slice(2));
  if (wanted.isHelp) process.stdout.write(help);
  else await show(wanted);
} catch (error) {
  const { message, row } = asInterlockError(error);
  process.stderr.write(`\n${message}\n`);
  process.exitCode = row.exit;
} finally {
  await leave();
}

async function show({ hosts, isFileBacked }: Wanted): Promise<void> {
  const names = hostNames(hosts);
  const kind =
    isFileBacked || !canRunVms()
      ? { kind: 'hosts on file-backed disks', openSite: fileHosts, patience: 3 }
      : { kind: 'virtual machines', openSite: labHosts, patience: 60 };
  const board = createBoard([...names, 'lock']);
  cleanUp.push(async () => board.end());
  const summary = await runDemo({ board, names, cleanUp, ...kind });
  board.end();
  const lines = summary.map((line, index) => `${String(index + 1).padStart(3)}  ${line}`);
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

/** Stops what was started, last thing first. */
async function leave(): Promise<void> {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
}
