import type { Command } from 'commander';
import { line } from '../../protocol/text/visible.ts';
import { answer, group, verb } from '../../system/command/command.ts';
import { mergeHost } from '../user-data/merge-host.ts';

/** `interlock-agent user-data`: what the units of a boot call to make a host what its user-data say. */
export function addUserData(program: Command, root: () => string): void {
  const userData = group(program, 'user-data', 'Make this host what its user-data say');

  verb(
    userData,
    'merge',
    'Merge the host’s own users, groups and authorities into the image’s files; each boot of another image does so',
    'interlock-agent user-data merge',
  ).action(
    answer(async () => {
      const notes = await mergeHost(root());
      return { text: notes.map((note) => line`${note}`).join('\n'), data: { notes } };
    }),
  );
}
