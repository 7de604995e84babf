import type { Command } from 'commander';
import { rollback } from '../builder/publish/rollback.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { policyOption, readPolicyChoice } from './flags/policy-choice.ts';
import { readReason, reasonOption } from './flags/reason.ts';
import { describeStart, readStartTime, startOption } from './flags/start-time.ts';
import { showChange } from './show-change.ts';
import { warnOfPolicy } from './warn-policy.ts';

type Flags = ClientOptions & {
  keys: string;
  channel: string;
  to: string;
  reason?: string;
  policy?: string;
  at?: string;
  export?: string;
};

/** Adds `interlock rollback`: sends all hosts of a channel back to an older release. */
export function addRollback(program: Command): void {
  const example = 'interlock rollback core --channel stable --to 1 --keys ./keys';
  addServerOptions(
    verb(program, 'rollback <name>', 'Send a channel’s hosts back to an older release', example),
  )
    .requiredOption('--channel <channel>', 'channel to roll back')
    .requiredOption('--to <version>', 'version to go back to')
    .requiredOption('--keys <dir>', 'folder that `interlock keys init` created')
    .option(...policyOption)
    .option(...startOption)
    .option('--export <file>', 'write a signing request instead, for keys on other machines')
    .option(...reasonOption)
    .action(
      answer(async (name: string, flags: Flags) => {
        const { keys: keysDir, channel, to, policy: chosen, at, export: exportTo } = flags;
        const server = createClient(flags);
        const policy = await readPolicyChoice(chosen);
        const starts = readStartTime(at);
        const reason = (await readReason(flags.reason, 'roll back')) || 'rolled back';
        const withdrawn = await rollback({
          server,
          keysDir,
          name,
          channel,
          to,
          reason,
          policy,
          starts,
          exportTo,
          show: showChange,
        });
        if (exportTo === undefined) await warnOfPolicy(server, { name, channel, policy });
        const text = withdrawn.length
          ? line`${channel} ${exportTo === undefined ? 'is' : 'will be'} back at ${to}; withdrawn: ${withdrawn.join(', ')}`
          : `${channel} is already at ${to}`;
        const when = starts && withdrawn.length ? `; its rollout ${describeStart(starts)}` : '';
        return { text: text + when, data: { name, channel, to, withdrawn, ...(starts && { starts }) } };
      }),
    );
}
