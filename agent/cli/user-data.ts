import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { liveFile } from '../../protocol/installer/medium.ts';
import { line } from '../../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../../system/command/command.ts';
import { readKnownSettings } from '../config/known-settings.ts';
import { pathsOf } from '../config/paths.ts';
import { say } from '../console/say.ts';
import { leaveOrders } from '../installer/given-orders.ts';
import { readSecureBoot } from '../loader/secure-boot/read-state.ts';
import { openManager } from '../user-data/apply/manager.ts';
import { describeOutcome } from '../user-data/describe-outcome.ts';
import { mergeHost } from '../user-data/merge-host.ts';
import { openMetadataClient } from '../user-data/metadata/client.ts';
import { reportReady } from '../user-data/metadata/goal-state.ts';
import type { Stage } from '../user-data/ports/found.ts';
import { runLiveStage } from '../user-data/run-live-stage.ts';
import { runStage } from '../user-data/run-stage.ts';
import { findUserData } from '../user-data/sources/find-user-data.ts';
import { leaveBehind } from './leave-behind.ts';

/** A disk may come late. */
const localMs = 15_000;
const azureMs = 20_000;

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

  for (const stage of ['local', 'network'] as const)
    verb(
      userData,
      stage,
      stage === 'local'
        ? 'Apply what disks and firmware say, before there is a network'
        : 'Ask the metadata service of this machine’s cloud, and apply what it says',
      `interlock-agent user-data ${stage}`,
    ).action(answer(() => applyStage(root(), stage).finally(leaveBehind)));
}

async function applyStage(root: string, stage: Stage): Promise<Answer> {
  const paths = pathsOf(root);
  const { sources, timeout } = (await readKnownSettings(paths)).settings.userData;
  const deadlineMs = stage === 'local' ? localMs : timeout * 1000;
  const search = await findUserData({ stage, deadlineMs, root, runFolder: paths.run, sources });
  const { on } = await readSecureBoot(root);
  if (existsSync(join(root, liveFile))) {
    const orders = await runLiveStage({ root, stage, search, secureBoot: on });
    if (orders) await leaveOrders(root, orders);
    return { text: '', data: { source: orders?.source ?? null, lines: [] } };
  }
  const manager = openManager(root);
  const outcome = await runStage({ root, stage, search, secureBoot: on, manager, now: new Date() });
  // Azure counts a machine as failed that does not say so
  if (stage === 'network' && outcome.found?.source === 'azure')
    await reportReady(openMetadataClient(AbortSignal.timeout(azureMs)));
  const lines = describeOutcome(outcome);
  for (const text of lines) await say(paths, { topic: text, text });
  return { text: '', data: { source: outcome.found?.source ?? null, lines } };
}
