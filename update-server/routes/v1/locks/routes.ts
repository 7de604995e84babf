import {
  LockClearRequest,
  LockReleaseRequest,
  LockSlotsRequest,
  LocksAnswer,
} from '../../../../protocol/api/dashboard.ts';
import type { TokenInfo } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import type { LockValue } from '../../../../protocol/lock/lock-value.ts';
import { clearFailed, setSlots } from '../../../../protocol/lock/semaphore.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import type { Locks } from '../../../locks/locks.ts';
import { operators, readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { failedHosts, type LockNeeds, namedHolders, showLocks } from './show-locks.ts';

type Needs = LockNeeds & { now(): Date };
const params = strict({ group: Word });
const response = { 200: LocksAnswer };

const listLocks = route({
  method: 'GET',
  url: '/v1/locks',
  access: readers,
  summary: 'The lock of each group: holders, who waits, and how releases fared',
  schema: { response },
  handler: (needs: LockNeeds) => () => showLocks(needs),
});

const releaseLock = route({
  method: 'POST',
  url: '/v1/locks/:group/release',
  access: operators,
  summary: 'Releases the place of a host that will not come back',
  schema: { params, body: LockReleaseRequest, response },
  handler:
    (needs: Needs) =>
    async ({ params: { group }, body: { host, reason }, operator }) => {
      const { before, after } = await locksOf(needs, group).release(group, host);
      const who = (await needs.store.host(host))?.hostname;
      const detail = [who ? `host ${who} (${host})` : `host ${host}`, reason].filter(Boolean).join(': ');
      const facts = { before: namedHolders(before), after: namedHolders(after) };
      return noted(needs, operator, { action: 'force out of the lock', group, detail, ...facts });
    },
});

const setLockSlots = route({
  method: 'POST',
  url: '/v1/locks/:group/slots',
  access: operators,
  summary: 'Sets how many hosts of a group can be down at once',
  schema: { params, body: LockSlotsRequest, response },
  handler:
    (needs: Needs) =>
    async ({ params: { group }, body: { slots, reason = '' }, operator }) => {
      const { before, after } = await locksOf(needs, group).change(group, (value) => setSlots(value, slots));
      const places = ({ slots: number }: LockValue) => ({ places: number });
      const facts = { before: places(before), after: places(after) };
      return noted(needs, operator, { action: 'set places', group, detail: reason, ...facts });
    },
});

const clearLockFailures = route({
  method: 'POST',
  url: '/v1/locks/:group/clear-failed',
  access: operators,
  summary: 'Forgets the failures of one release or of all, so that hosts can install it again',
  schema: { params, body: LockClearRequest, response },
  handler:
    (needs: Needs) =>
    async ({ params: { group }, body: { rootHash, reason = '' }, operator }) => {
      const { before, after } = await locksOf(needs, group).change(group, (value) =>
        clearFailed(value, rootHash),
      );
      const named = await needs.store.releases();
      const facts = { before: failedHosts(before, named), after: failedHosts(after, named) };
      return noted(needs, operator, { action: 'clear failures', group, detail: reason, ...facts });
    },
});

/** The locks in etcd, and what operators change of them; hosts take and return places without this server. */
export const lockRoutes = [listLocks, releaseLock, setLockSlots, clearLockFailures];

function locksOf({ locks }: LockNeeds, group: string): Locks {
  if (!locks) throw new InterlockError('not_found', { what: `group ${group}` });
  return locks;
}

interface Change {
  action: string;
  group: string;
  detail: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** Writes a change into the audit log, and answers with the locks as they are now. */
async function noted(needs: Needs, operator: TokenInfo, { action, group, detail, before, after }: Change) {
  const subject = { kind: 'lock', id: group } as const;
  await needs.store.note(auditLine(operator, needs.now(), action, subject, detail), before, after);
  return showLocks(needs);
}
