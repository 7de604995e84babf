import type { Command } from 'commander';
import { publish } from '../builder/publish/publish.ts';
import { answer, verb } from '../system/command.ts';
import { formatBytes } from '../system/terminal.ts';
import { addServerOptions, type ClientOptions, createClient } from './client.ts';

type Flags = ClientOptions & { keys: string; channel: string };

/** `interlock publish`: a release becomes visible all at once; repeating is harmless. */
export function addPublish(program: Command): void {
  const example =
    'interlock publish out/core-1-x86-64 --server http://127.0.0.1:8080 --keys ./keys --channel alpha';
  addServerOptions(
    verb(program, 'publish <release>', 'Upload a release and make it a channel’s head', example),
  )
    .requiredOption('--keys <dir>', 'folder of `interlock keys init`')
    .requiredOption('--channel <channel>', 'channel whose head it becomes')
    .action(
      answer(async (releaseDir: string, flags: Flags) => {
        const { keys: keysDir, channel } = flags;
        const data = await publish({ server: createClient(flags), keysDir, releaseDir, channel });
        const what = `${data.name} ${data.version}`;
        const text = data.published
          ? `${what} is the head of ${channel} (${formatBytes(data.uploaded)} uploaded)`
          : `${what} was published already`;
        return { text, data };
      }),
    );
}
