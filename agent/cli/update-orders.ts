import { join } from 'node:path';
import { imageFloorFile } from '../../protocol/boot/host-layout.ts';
import type { OfflineOffer } from '../../protocol/documents/offline.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { isNewer } from '../../protocol/text/version.ts';
import { otherSlot } from '../ports/host.ts';
import type { EventBody } from '../state-machine/event.ts';
import { readFloor } from '../trust/image-trust.ts';
import { openingAfter } from './own-windows.ts';
import type { OpenAgent } from './with-agent.ts';

/** What `interlock-agent update` may be told besides a version. */
export interface UpdateOptions {
  retry?: string;
  from?: string;
  stage?: boolean;
  now?: boolean;
}

/** Throws what is wrong with today's configuration: nothing new is begun with it. */
export function requireConfigured({ problem }: Pick<OpenAgent, 'problem'>): void {
  if (problem) throw problem;
}

/** The orders of `interlock-agent update`. */
export async function updateOrders(
  agent: OpenAgent,
  version: string | undefined,
  { retry, stage = false, now = false }: UpdateOptions,
): Promise<EventBody[]> {
  requireConfigured(agent);
  if (stage && now) throw new InterlockError('usage', { problem: '--stage waits and --now does not' });
  const last: EventBody[] = stage
    ? [{ kind: 'stage', until: await openingAfter(agent.settings.windows, new Date()) }]
    : [{ kind: 'proceed', anyTime: now }];
  const again: EventBody = retry ? { kind: 'retry', version: retry } : { kind: 'check' };
  if (agent.offer) return [again, await bundleOrder(agent, agent.offer, version), ...last];
  return version ? [again, await byName(agent, version, false), ...last] : [again, ...last];
}

/** The orders of `interlock-agent rollback`. */
export async function rollbackOrders(agent: OpenAgent, version: string | undefined): Promise<EventBody[]> {
  requireConfigured(agent);
  const { memory } = await agent.store.load(new Date());
  const other = memory.slots[otherSlot(agent.running.slot)];
  if (version && other?.version !== version) return [await byName(agent, version, true)];
  if (!other) throw new InterlockError('not_found', { what: 'a version in the other slot' });
  const failed = memory.failed[other.rootHash];
  // a version that is named is installed although it failed before
  if (failed && !version)
    throw new InterlockError('version_failed_here', { version: other.version, reason: failed.reason });
  await checkState(agent, other.version);
  return [{ kind: 'order', goal: { ...other, grant: null }, target: null, isRollback: true }];
}

/** The state this image leaves behind may be too new for an older one. Asks the image itself, so no network is needed. */
async function checkState({ paths }: OpenAgent, version: string): Promise<void> {
  const { stateCompat } = await readFloor(join(paths.image, imageFloorFile));
  if (!stateCompat || !isNewer(stateCompat, version)) return;
  const problem = `the running version leaves state behind that needs ${stateCompat} or newer`;
  throw new InterlockError('offer_refused', { version, problem });
}

/** An offline bundle is trusted no more than a server: this host's channel must name what it offers. */
async function bundleOrder(
  { ports, running, settings }: OpenAgent,
  { name, channel, version }: OfflineOffer,
  requested: string | undefined,
): Promise<EventBody> {
  const own = settings.name ?? running.name;
  const problem =
    name !== own || channel !== settings.channel
      ? `the offline bundle is for ${name} in ${channel}, this host follows ${own} in ${settings.channel}`
      : (requested ?? version) !== version && `the offline bundle contains ${version}`;
  if (problem) throw new InterlockError('offer_refused', { version: requested ?? version, problem });
  const target = await ports.trust!.accept({ version, grant: null }, running, 'server');
  const goal = { version, rootHash: target.rootHash, grant: null };
  return { kind: 'order', goal, target, isRollback: false };
}

async function byName(
  { ports, running }: OpenAgent,
  version: string,
  isRollback: boolean,
): Promise<EventBody> {
  if (!ports.trust) throw new InterlockError('usage', { problem: 'no server is configured' });
  const target = await ports.trust.accept({ version, grant: null }, running, 'operator');
  const goal = { version, rootHash: target.rootHash, grant: null };
  return { kind: 'order', goal, target, isRollback };
}
