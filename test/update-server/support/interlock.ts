import { addHost } from '../../../cli/host.ts';
import { addServe } from '../../../cli/serve.ts';
import { addToken } from '../../../cli/token.ts';
import { createProgram, runProgram } from '../../../system/command.ts';

const program = createProgram('interlock', 'The verbs of the update server');
addServe(program);
addToken(program);
addHost(program);
await runProgram(program, process.argv.slice(2));
