import { LockReleaseRequest, LocksAnswer } from '../../../../protocol/api/dashboard.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { operators, readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { type LockNeeds, namedHolders, showLocks } from './show-locks.ts';

const listLocks = route({
  method: 'GET',
  url: '/v1/locks',
  access: readers,
  summary: 'The lock of each group: holders, and how releases fared',
  schema: { response: { 200: LocksAnswer } },
  handler: (needs: LockNeeds) => () => showLocks(needs),
});

const releaseLock = route({
  method: 'POST',
  url: '/v1/locks/:group/release',
  access: operators,
  summary: 'Releases the place of a host that will not come back',
  schema: { params: strict({ group: Word }), body: LockReleaseRequest, response: { 200: LocksAnswer } },
  handler:
    (needs: LockNeeds & { now(): Date }) =>
    async ({ params: { group }, body: { host }, operator }) => {
      const { locks, store, now } = needs;
      if (!locks) throw new InterlockError('not_found', { what: `group ${group}` });
      const { before, after } = await locks.release(group, host);
      const line = auditLine(
        operator,
        now(),
        'force out of the lock',
        { kind: 'lock', id: group },
        `host ${host}`,
      );
      await store.note(line, namedHolders(before), namedHolders(after));
      return showLocks(needs);
    },
});

/** The holders in etcd, and the last resort for a place that will never be given back. */
export const lockRoutes = [listLocks, releaseLock];
