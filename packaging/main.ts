import { Option } from 'commander';
import { createProgram, runProgram } from '../system/command/command.ts';
import { print } from '../system/terminal/print.ts';
import { type Architecture, architectures } from './contents/runtime.ts';
import { makePackages } from './package.ts';

/** `npm run package`: the Debian packages of this checkout. */
const program = createProgram(
  'package',
  'Make the Debian packages of this commit',
  'npm run package -- --out DIR',
)
  .requiredOption('--out <dir>', 'folder for the packages')
  .addOption(
    new Option('--arch <arch>', 'what they run on').choices(Object.keys(architectures)).default('amd64'),
  )
  .option('--level <n>', 'how hard to compress: 9 is small, 1 is quick', Number)
  .action(async ({ out, arch, level }: { out: string; arch: Architecture; level?: number }) => {
    for (const file of await makePackages({ out, architecture: arch, ...(level && { level }) })) print(file);
  });
await runProgram(program, process.argv.slice(2));
