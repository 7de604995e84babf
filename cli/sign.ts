import type { Command } from 'commander';
import { sign } from '../builder/sign/sign.ts';
import { answer, verb } from '../system/command.ts';

/** `interlock sign`: a pass of its own, for keys that live on another machine than the build. */
export function addSign(program: Command): void {
  verb(program, 'sign <release>', 'Sign a release', 'interlock sign out/core-1-x86-64 --keys ./keys')
    .requiredOption('--keys <dir>', 'folder of `interlock keys init`')
    .action(
      answer(async (release: string, flags: { keys: string }) => {
        const data = await sign(release, flags.keys);
        return {
          text: `${data.target} ${data.signed ? 'signed' : 'was signed already'} (releases ${data.version})`,
          data,
        };
      }),
    );
}
