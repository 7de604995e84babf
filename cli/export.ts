import type { Command } from 'commander';
import { writeBundle } from '../builder/offline/write-bundle.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { formatBytes, showProgress } from '../system/terminal/progress.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';

type Flags = ClientOptions & { channel: string; out: string };

/** Adds `interlock export`: an offline update for hosts that reach no server. */
export function addExport(program: Command): void {
  const example = 'interlock export core 1.2.0 --channel stable --out /media/usb/core.tar';
  addServerOptions(
    verb(
      program,
      'export <name> <version>',
      'Write an offline update for `interlock-agent update --from`',
      example,
    ),
  )
    .requiredOption('--channel <channel>', 'channel that the hosts follow')
    .requiredOption('--out <path>', 'folder to create, or a file name that ends in .tar')
    .action(
      answer(async (name: string, version: string, flags: Flags) => {
        const { channel, out } = flags;
        let progress: ReturnType<typeof showProgress> | undefined;
        const onProgress = (done: number, total: number) => {
          progress ??= showProgress('export', total);
          progress.at(done);
        };
        const bytes = await writeBundle({
          server: createClient(flags),
          name,
          version,
          channel,
          out,
          onProgress,
        });
        progress?.end();
        const text = line`wrote ${name} ${version} for ${channel} to ${out} (${formatBytes(bytes)} of payloads)`;
        return { text, data: { name, version, channel, out, bytes } };
      }),
    );
}
