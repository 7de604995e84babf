import { keepCompiled } from '../system/process/compile-cache.ts';

keepCompiled(process.env);
const argv = process.argv.slice(2);
if (argv[0] === '__complete') {
  const { complete } = await import('./complete/complete.ts');
  await complete(argv.slice(1));
} else {
  const { runProgram } = await import('../system/command/command.ts');
  const { createInterlock } = await import('./program.ts');
  await runProgram(await createInterlock(argv), argv);
}
