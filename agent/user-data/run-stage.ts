import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostListsFolder, runFolder } from '../../protocol/boot/host-layout.ts';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Plan } from '../../protocol/user-data/plan.ts';
import { clearTemporary } from '../../system/files/durable.ts';
import { applyItems } from './apply/apply-items.ts';
import { layCommands } from './apply/commands.ts';
import type { Item } from './apply/item.ts';
import { itemsOf } from './apply/items-of.ts';
import type { Manager } from './apply/manager.ts';
import { applyEveryBoot } from './apply-every-boot.ts';
import { endRenewal, isRenewing, renewIdentity } from './identity/renew-identity.ts';
import { mergeHost } from './merge-host.ts';
import { changeNetwork, restoreNetwork } from './network/change-network.ts';
import { forgetNetwork } from './network/keep-network.ts';
import { writeNetwork } from './network/write-network.ts';
import { planOf } from './plan-of.ts';
import { mayApply } from './policy/may-apply.ts';
import type { Found, Search, Stage } from './ports/found.ts';
import { forgetDocument, keepDocument } from './record/kept-document.ts';
import { newRecord, type Record, readRecord, writeRecord } from './record/record.ts';
import { writeSearchNote } from './record/search-note.ts';

/** What a stage works with. */
export interface StageOptions {
  root: string;
  stage: Stage;
  search: Search;
  secureBoot: boolean;
  manager: Manager;
  now: Date;
}

const networkItem = 'network';

/** Tells the network's unit that it has nothing to ask for. */
const foundFile = `${runFolder}/user-data/found`;

/** Where the power may have gone while a stage kept its own lists. */
const leftIn = ['/var/lib/interlock/user-data', hostListsFolder, `${hostListsFolder}/image`];

/** What came of a stage, to be said. */
export interface Outcome {
  found: Found | null;
  record: Record | null;
  misses: Search['misses'];
  /** What else failed. */
  problems: Record['problems'];
  isNew: boolean;
  /** No other stage of this boot asks. */
  isLast: boolean;
}

/** Makes the host what its user-data say, as far as this stage found any. */
export async function runStage(options: StageOptions): Promise<Outcome> {
  const { root, stage, search } = options;
  const { found, misses } = search;
  await writeSearchNote(root, { stage, source: found?.source ?? null, misses });
  if (stage === 'local') await noteFound(root, found !== null);
  if (!found) return goWithout(options);
  // whatever was complete before: a new identity may have been cut as well
  for (const folder of leftIn) await clearTemporary(join(root, folder));
  const before = await readRecord(root);
  const isOther = before !== null && before.instanceId !== found.instanceId;
  if (isOther || isRenewing(root)) await renewIdentity(root, found.instanceId);
  const isNew = before?.instanceId !== found.instanceId;
  const start = isNew ? newRecord(found.instanceId, found.source, options.now) : before!;
  if (isNew) await writeRecord(root, start);
  if (isNew || !found.network) await forgetNetwork(root);
  if (isRenewing(root)) await endRenewal(root);
  const record = await applyFound(options, found, start);
  // while Node runs anyway: the next boot of this image has nothing to merge, and starts nothing for it
  if (isNew) await mergeHost(root);
  return { found, record, misses, problems: [], isNew, isLast: true };
}

/** A host that was told its network once keeps it while the service is silent, and so it does what its document asks of each boot. */
async function goWithout(options: StageOptions): Promise<Outcome> {
  const { root, stage, search } = options;
  const { misses, askNetwork } = search;
  const problems: Record['problems'] = [];
  try {
    if (stage === 'network') await restoreNetwork(root);
  } catch (error) {
    problems.push({ item: networkItem, problem: asInterlockError(error).message });
  }
  const isLast = !askNetwork;
  const isSilent = stage === 'network' || misses.some(({ failed }) => failed);
  const before = await readRecord(root);
  if (!before || !isLast || !isSilent)
    return { found: null, record: before, misses, problems, isNew: false, isLast };
  const { record, failed } = await applyEveryBoot(options, before);
  return { found: null, record, misses, problems: [...problems, ...failed], isNew: false, isLast };
}

async function applyFound(options: StageOptions, found: Found, start: Record): Promise<Record> {
  const { root, manager, now, secureBoot } = options;
  const { plan, problems } = planOf(found);
  const { plan: allowed, refused } = mayApply(plan, { secureBoot, trusted: found.trusted });
  const said = [
    ...problems,
    ...(found.networkProblem ? [{ item: networkItem, problem: found.networkProblem }] : []),
    ...refused.map((item) => ({
      item,
      problem: 'not taken: Secure Boot is on, and anybody may have written these user-data',
    })),
  ];
  const items = [
    ...networkItems(root, options.stage, found),
    ...itemsOf(root, allowed, manager, now),
    ...commandItems(root, allowed, found.instanceId),
  ];
  if (needsEveryBoot(items)) await keepDocument(root, found);
  else await forgetDocument(root);
  const kept = start.problems.filter(({ item }) => items.some(({ name }) => name === item));
  const record = await applyItems(root, items, { ...start, problems: [...said, ...kept] });
  await manager.settle();
  return record;
}

/** The network of a silent service is kept by itself. */
function needsEveryBoot(items: readonly Item[]): boolean {
  return items.some(({ name, everyBoot }) => everyBoot && name !== networkItem);
}

/** The network is described anew at each boot: cards and addresses may have changed. */
function networkItems(root: string, stage: Stage, { network }: Found): Item[] {
  if (!network) return [];
  const apply = () => (stage === 'local' ? writeNetwork(network, root) : changeNetwork(network, root));
  return [{ name: networkItem, everyBoot: true, apply }];
}

function commandItems(root: string, { runCommands }: Plan, instanceId: string): Item[] {
  if (runCommands.length === 0) return [];
  return [{ name: 'runcmd', apply: () => layCommands(root, instanceId, runCommands) }];
}

/** Tells the network's stage of this boot whether there is anything left to ask for. */
export async function noteFound(root: string, isFound: boolean): Promise<void> {
  const file = join(root, foundFile);
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  if (isFound) await writeFile(file, '');
  else await rm(file, { force: true });
}
