import { keepCompiled } from '../system/process/compile-cache.ts';

keepCompiled(process.env);
const argv = process.argv.slice(2);
const { runProgram } = await import('../system/command/command.ts');
const { createInterlock } = await import('./program.ts');
await runProgram(await createInterlock(argv), argv);
