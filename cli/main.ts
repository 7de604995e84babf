import { runProgram } from '../system/command/command.ts';
import { createInterlock } from './program.ts';

const argv = process.argv.slice(2);
await runProgram(await createInterlock(argv), argv);
