import type { Command } from 'commander';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { visible } from '../../protocol/text/visible.ts';
import { answer, group, verb } from '../../system/command/command.ts';
import { readKnownSettings } from '../config/known-settings.ts';
import { pathsOf } from '../config/paths.ts';
import { openStore } from '../state/store.ts';
import { strandedIn } from '../state-machine/lost.ts';
import { holdOf } from '../state-machine/memory.ts';
import { addLockRun } from './maintain.ts';
import { order } from './verbs.ts';

/** `interlock-agent lock`: this host's side of the lock. */
export function addLock(program: Command, root: () => string): void {
  const lock = group(program, 'lock', 'Show or use this host’s place in the lock, or accept another etcd');

  verb(lock, 'status', 'Show what is configured and held', 'interlock-agent lock status').action(
    answer(async () => {
      const paths = pathsOf(root());
      const { settings, problem: wrong } = await readKnownSettings(paths);
      const { lock: configured, group } = settings;
      const { memory, problem } = await openStore(paths.state).read(new Date());
      const { lost, standing } = memory;
      const hold = holdOf(memory.phase);
      const text = [
        `configured  ${configured ? `${configured.kind}, group ${group}` : 'nothing: this host does not reboot'}`,
        `held        ${hold ? `${hold.kind}, group ${hold.group}, since boot ${hold.boot}` : 'nothing'}`,
        ...(standing ? [`stands      ${strandedIn(standing).message}`] : []),
        ...[lost?.state?.problem ?? problem?.message, wrong?.message].flatMap((words) =>
          words ? [`problem     ${words}`] : [],
        ),
        ...Object.entries(memory.seen).map(([cluster, revision]) => `seen        ${cluster} at ${revision}`),
      ]
        .map(visible)
        .join('\n');
      const data = { hold, seen: memory.seen, standing: standing ?? null };
      return { text, data: { configured: configured?.kind ?? null, group, ...data } };
    }),
  );

  addLockRun(lock, root);

  verb(
    lock,
    'acknowledge',
    'Trust an etcd that was restored from a snapshot',
    'interlock-agent lock acknowledge --yes',
  )
    .option('--yes', 'confirm that no host of the group is rebooting')
    .option('--move', 'give the place back to the configured lock, because the old etcd is gone for good')
    .action(
      answer(({ yes, move }: { yes?: boolean; move?: boolean }) => {
        if (!yes) {
          const problem =
            'a restored etcd may have lost holders: check that no host of the group is rebooting, then pass --yes';
          throw new InterlockError('usage', { problem });
        }
        return order(root(), async ({ ports }) => [
          { kind: 'acknowledge', place: move ? ports.lock.place() : null },
        ]);
      }),
    );
}
