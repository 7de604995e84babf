import type { Command } from 'commander';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { formatBytes } from '../system/terminal/progress.ts';
import { backup } from '../update-server/backup/backup.ts';

/** Adds `interlock backup`: a copy of a server's data, taken while it runs. */
export function addBackup(program: Command): void {
  verb(
    program,
    'backup <folder>',
    'Copy a server’s data into a new folder, while it runs',
    'interlock backup /mnt/backup/2026-03-01 --data /var/lib/interlock',
  )
    .requiredOption('--data <dir>', 'data folder of the server')
    .option('--no-keys', 'leave out the online keys; a restored server then needs --online-keys once')
    .action(
      answer(async (folder: string, flags: { data: string; keys: boolean }) => {
        process.umask(0o077);
        const data = await backup(flags.data, folder, flags.keys);
        return {
          text: line`${folder}: ${data.blobs} blobs, ${formatBytes(data.bytes)}, ${data.missing} never uploaded`,
          data,
        };
      }),
    );
}
