import type { Command } from 'commander';
import { publish } from '../builder/publish/publish.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { formatBytes } from '../system/terminal/progress.ts';
import { addServerOptions, type ClientOptions, createClient } from './client.ts';
import { policyOption, readPolicyChoice } from './policy-choice.ts';
import { showChange } from './show-change.ts';
import { warnOfPolicy } from './warn-policy.ts';

type Flags = ClientOptions & { keys: string; channel: string; policy?: string; export?: string };

/** `interlock publish`: a release becomes visible all at once; repeating is harmless. */
export function addPublish(program: Command): void {
  const example = 'interlock publish releases/core-1-x86-64 --keys ./keys --channel alpha';
  addServerOptions(
    verb(program, 'publish <release>', 'Upload a release and make it a channel’s head', example),
  )
    .requiredOption('--keys <dir>', 'folder of `interlock keys init`')
    .requiredOption('--channel <channel>', 'channel whose head it becomes')
    .option(...policyOption)
    .option(
      '--export <file>',
      'write a signing request once the blobs are up: the channel’s keys lie on several machines',
    )
    .action(
      answer(async (releaseDir: string, flags: Flags) => {
        const { keys: keysDir, channel, policy: chosen, export: exportTo } = flags;
        const server = createClient(flags);
        const policy = await readPolicyChoice(chosen);
        const data = await publish({
          server,
          keysDir,
          releaseDir,
          channel,
          policy,
          exportTo,
          show: showChange,
        });
        if (exportTo === undefined) await warnOfPolicy(server, { name: data.name, channel, policy });
        const what = `${data.name} ${data.version}`;
        const mended =
          data.uploaded > 0
            ? `; ${formatBytes(data.uploaded)} were damaged or missing there and sent again`
            : '';
        const text = data.published
          ? line`${what} is ${exportTo === undefined ? '' : 'to be '}the head of ${channel} (${formatBytes(data.uploaded)} uploaded)`
          : line`${what} was published already${mended}`;
        return { text, data };
      }),
    );
}
