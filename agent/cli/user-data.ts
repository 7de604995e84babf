import type { Command } from 'commander';
import { line } from '../../protocol/text/visible.ts';
import { answer, group, verb } from '../../system/command/command.ts';
import { leaveBehind } from './leave-behind.ts';

/** `interlock-agent user-data`: what the units of a boot call to make a host what its user-data say; each loads what it needs. */
export function addUserData(program: Command, root: () => string): void {
  const userData = group(program, 'user-data', 'Make this host what its user-data say');

  verb(
    userData,
    'merge',
    'Merge the host’s own users, groups and authorities into the image’s files; each boot of another image does so',
    'interlock-agent user-data merge',
  ).action(
    answer(async () => {
      const { mergeHost } = await import('../user-data/merge-host.ts');
      const notes = await mergeHost(root());
      return { text: notes.map((note) => line`${note}`).join('\n'), data: { notes } };
    }),
  );

  for (const stage of ['local', 'network'] as const)
    verb(
      userData,
      stage,
      stage === 'local'
        ? 'Apply what disks and firmware say, before there is a network'
        : 'Ask the metadata service of this machine’s cloud, and apply what it says',
      `interlock-agent user-data ${stage}`,
    ).action(
      answer(async () => {
        const { applyStage } = await import('./apply-stage.ts');
        return applyStage(root(), stage).finally(leaveBehind);
      }),
    );
}
