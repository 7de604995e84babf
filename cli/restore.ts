import type { Command } from 'commander';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { formatBytes } from '../system/terminal/progress.ts';
import { restore, restoreBlobs } from '../update-server/backup/backup.ts';

/** Adds `interlock restore`: a data folder from a backup. */
export function addRestore(program: Command): void {
  verb(
    program,
    'restore <folder>',
    'Create a new data folder from a backup, to start the server on',
    'interlock restore /mnt/backup/2026-03-01 --data /var/lib/interlock',
  )
    .requiredOption('--data <dir>', 'data folder to create, or to repair with --blobs')
    .option('--blobs', 'only restore lost or damaged blobs of a data folder; its server may run')
    .action(
      answer(async (folder: string, flags: { data: string; blobs?: boolean }) => {
        process.umask(0o077);
        const data = await (flags.blobs ? restoreBlobs : restore)(folder, flags.data);
        return {
          text: line`${flags.data}: ${data.blobs} blobs, ${formatBytes(data.bytes)}, ${data.missing} never uploaded`,
          data,
        };
      }),
    );
}
