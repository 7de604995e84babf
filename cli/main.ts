import { createProgram, runProgram } from '../system/command.ts';

const program = createProgram('interlock', 'Build, sign, publish and roll out immutable system images');
await runProgram(program, process.argv.slice(2));
