import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const bin = join(import.meta.dirname, '../../bin');
const execute = promisify(execFile);

/** Somebody at a terminal who is logged in; every line that is typed counts. */
export class Terminal {
  commands = 0;
  private readonly dir: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(dir: string, { url, token }: { url: string; token: string }) {
    this.dir = dir;
    this.env = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      INTERLOCK_SERVER: url,
      INTERLOCK_TOKEN: token,
    };
  }

  /** Runs a line as bash does, and gives what it printed. Throws unless it ends with 0 and says what was asked for. */
  async type(line: string, wanted: RegExp): Promise<string> {
    this.commands++;
    const { stdout, stderr } = await execute('bash', ['-c', line], { cwd: this.dir, env: this.env });
    const said = stdout + stderr;
    if (!wanted.test(said)) throw new Error(`${line}\nsays no ${wanted}:\n${said}`);
    return stdout;
  }
}
