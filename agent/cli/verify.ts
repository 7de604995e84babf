import type { Command } from 'commander';
import { line } from '../../protocol/text/visible.ts';
import { answer, verb } from '../../system/command/command.ts';
import { checkFile } from '../loader/secure-boot/check-file.ts';

/** `interlock-agent verify`: what the initrd asks about a host's configuration under Secure Boot. */
export function addVerify(program: Command): void {
  verb(
    program,
    'verify <file>',
    'Check the signature in FILE.sig against the Secure Boot keys of this host',
    'interlock-agent verify config.cpio',
  )
    .option('--efivars <dir>', 'where EFI variables are mounted', '/sys/firmware/efi/efivars')
    .action(
      answer(async (file: string, { efivars }: { efivars: string }) => {
        await checkFile(file, efivars);
        return { text: line`${file} is signed by a key of this firmware`, data: { file } };
      }),
    );
}
