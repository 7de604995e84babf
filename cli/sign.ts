import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { exportPass, importPass, type PassAnswer, signPass } from '../builder/sign/pass.ts';
import { sign } from '../builder/sign/sign.ts';
import { answer, verb } from '../system/command.ts';

interface Flags {
  keys: string;
  export?: string;
  import?: string;
}

/** `interlock sign`: a pass of its own, for keys that live on other machines than the build. */
export function addSign(program: Command): void {
  verb(
    program,
    'sign <release>',
    'Sign a release; or, given the file of --export, add this folder’s signatures to it',
    'interlock sign out/core-1-x86-64 --keys ./keys',
  )
    .requiredOption(
      '--keys <dir>',
      'folder of `interlock keys init`; private keys may be missing with --export and --import',
    )
    .option('--export <file>', 'write what is to be signed, for the holders of the keys')
    .option('--import <file>', 'take back what they signed')
    .action(answer(run));
}

async function run(release: string, flags: Flags) {
  if (flags.export !== undefined) return describe(await exportPass(release, flags.keys, flags.export));
  if (flags.import !== undefined) return describe(await importPass(release, flags.keys, flags.import));
  if (statSync(release, { throwIfNoEntry: false })?.isFile())
    return describe(await signPass(release, flags.keys));
  const data = await sign(release, flags.keys);
  return {
    text: `${data.target} ${data.signed ? 'signed' : 'was signed already'} (releases ${data.version})`,
    data,
  };
}

function describe(data: PassAnswer) {
  const adds = data.adds.map((path) => `adds ${path}`);
  const text = [...adds, `${data.signatures} of ${data.threshold} signatures`].join('\n');
  return { text, data };
}
