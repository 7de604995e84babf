import { parseArgs } from 'node:util';
import { pathsOf } from '../config/paths.ts';
import { isDue } from './is-due.ts';

// what the agent keeps is for root alone, whatever the shell that started it says; hooks get the usual mask back
process.umask(0o077);
const argv = process.argv.slice(2);
const { values, positionals } = parseArgs({
  args: argv,
  strict: false,
  allowPositionals: true,
  options: { root: { type: 'string', default: '/' } },
});
const isTimer = positionals.join() === 'run' && Object.keys(values).join() === 'root';
if (!isTimer || (await isDue(pathsOf(String(values.root))))) {
  const { runAgentProgram } = await import('./program.ts');
  await runAgentProgram(argv, positionals[0]);
}
