import type { Command } from 'commander';
import { publish } from '../builder/publish/publish.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { formatBytes } from '../system/terminal/progress.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { policyOption, readPolicyChoice } from './flags/policy-choice.ts';
import { describeStart, readStartTime, startOption } from './flags/start-time.ts';
import { showChange } from './show-change.ts';
import { warnOfPolicy } from './warn-policy.ts';

type Flags = ClientOptions & { keys: string; channel: string; policy?: string; at?: string; export?: string };

/** Adds `interlock publish`: uploads a release and makes it a channel's head in one transaction; safe to repeat. */
export function addPublish(program: Command): void {
  const example = 'interlock publish releases/core-1-x86-64 --keys ./keys --channel alpha';
  addServerOptions(
    verb(program, 'publish <release>', 'Upload a release and make it a channel’s head', example),
  )
    .requiredOption('--keys <dir>', 'folder that `interlock keys init` created')
    .requiredOption('--channel <channel>', 'channel that gets it as head')
    .option(...policyOption)
    .option(...startOption)
    .option('--export <file>', 'upload the blobs and write a signing request, for keys on other machines')
    .action(
      answer(async (releaseDir: string, flags: Flags) => {
        const { keys: keysDir, channel, policy: chosen, at, export: exportTo } = flags;
        const server = createClient(flags);
        const policy = await readPolicyChoice(chosen);
        const starts = readStartTime(at);
        const data = await publish({
          server,
          keysDir,
          releaseDir,
          channel,
          policy,
          starts,
          exportTo,
          show: showChange,
        });
        if (exportTo === undefined) await warnOfPolicy(server, { name: data.name, channel, policy });
        const what = `${data.name} ${data.version}`;
        const repaired =
          data.uploaded > 0
            ? `; uploaded ${formatBytes(data.uploaded)} again that were damaged or missing`
            : '';
        const text = data.published
          ? line`${what} ${exportTo === undefined ? 'is' : 'will be'} the head of ${channel} (${formatBytes(data.uploaded)} uploaded)`
          : line`${what} is already published${repaired}`;
        const when = starts && data.published ? `; its rollout ${describeStart(starts)}` : '';
        return { text: text + when, data: { ...data, ...(starts && { starts }) } };
      }),
    );
}
