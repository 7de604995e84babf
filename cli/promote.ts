import type { Command } from 'commander';
import { promote } from '../builder/publish/promote.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { policyOption, readPolicyChoice } from './flags/policy-choice.ts';
import { describeStart, readStartTime, startOption } from './flags/start-time.ts';
import { showChange } from './show-change.ts';
import { warnOfPolicy } from './warn-policy.ts';

type Flags = ClientOptions & { keys: string; to: string; policy?: string; at?: string; export?: string };

/** Adds `interlock promote`: puts a release on another channel. */
export function addPromote(program: Command): void {
  const example = 'interlock promote core 1 --to stable --keys ./keys';
  addServerOptions(
    verb(program, 'promote <name> <version>', 'Make a published release the head of a channel', example),
  )
    .requiredOption('--to <channel>', 'channel that gets it as head')
    .requiredOption('--keys <dir>', 'folder that `interlock keys init` created')
    .option(...policyOption)
    .option(...startOption)
    .option('--export <file>', 'write a signing request instead, for keys on other machines')
    .action(
      answer(async (name: string, version: string, flags: Flags) => {
        const { keys: keysDir, to: channel, policy: chosen, at, export: exportTo } = flags;
        const server = createClient(flags);
        const policy = await readPolicyChoice(chosen);
        const starts = readStartTime(at);
        const changed = await promote({
          server,
          keysDir,
          name,
          version,
          channel,
          policy,
          starts,
          exportTo,
          show: showChange,
        });
        if (exportTo === undefined) await warnOfPolicy(server, { name, channel, policy });
        const is = changed ? (exportTo === undefined ? 'is' : 'will be') : 'was already';
        const text = line`${name} ${version} ${is} the head of ${channel}`;
        const when = starts && changed ? `; its rollout ${describeStart(starts)}` : '';
        return { text: text + when, data: { name, version, channel, changed, ...(starts && { starts }) } };
      }),
    );
}
