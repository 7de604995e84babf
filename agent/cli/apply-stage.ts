import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { liveFile } from '../../protocol/installer/medium.ts';
import type { Answer } from '../../system/command/command.ts';
import { readKnownSettings } from '../config/known-settings.ts';
import { pathsOf } from '../config/paths.ts';
import { say } from '../console/say.ts';
import { leaveOrders } from '../installer/given-orders.ts';
import { readSecureBoot } from '../loader/secure-boot/read-state.ts';
import { openManager } from '../user-data/apply/manager.ts';
import { describeOutcome } from '../user-data/describe-outcome.ts';
import type { Stage } from '../user-data/ports/found.ts';
import { runLiveStage } from '../user-data/run-live-stage.ts';
import { runStage } from '../user-data/run-stage.ts';
import { findUserData } from '../user-data/sources/find-user-data.ts';

/** A disk may come late. */
const localMs = 15_000;
const azureMs = 20_000;

/** Looks for user-data as one stage of a boot does, and applies what it finds; a live system only takes its orders from them. */
export async function applyStage(root: string, stage: Stage): Promise<Answer> {
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
  if (stage === 'network' && outcome.found?.source === 'azure') await reportToAzure();
  const lines = describeOutcome(outcome);
  for (const text of lines) await say(paths, { topic: text, text });
  return { text: '', data: { source: outcome.found?.source ?? null, lines } };
}

async function reportToAzure(): Promise<void> {
  const { openMetadataClient } = await import('../user-data/metadata/client.ts');
  const { reportReady } = await import('../user-data/metadata/goal-state.ts');
  await reportReady(openMetadataClient(AbortSignal.timeout(azureMs)));
}
