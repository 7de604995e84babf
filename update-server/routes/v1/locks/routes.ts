import { LockReleaseRequest, LocksAnswer } from '../../../../protocol/api/dashboard.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import type { LockValue } from '../../../../protocol/lock/lock-value.ts';
import { emptyLock, isBraked } from '../../../../protocol/lock/semaphore.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import { whoIs } from '../../../auth/who-is.ts';
import type { ShownLock } from '../../../locks/locks.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';

type Group = LocksAnswer['groups'][number];

/** Whoever writes a key may name as many holders as fit; each costs a look at the store. */
const shownHolders = { perGroup: 200, atAll: 2000 };

/** Who is rebooting, as etcd has it, and the last resort for a place that nobody will give back. */
export function lockRoutes(app: App, { store, locks, now }: Ports): void {
  async function show(): Promise<LocksAnswer> {
    if (!locks) return { configured: false, more: false, groups: [] };
    const found = await locks.groups();
    let room = shownHolders.atAll;
    const groups: LocksAnswer['groups'] = [];
    for (const lock of found.locks) {
      const group = await describe(lock, Math.min(room, shownHolders.perGroup));
      room -= group.holders.length;
      groups.push(group);
    }
    return { configured: true, more: found.isMore, groups };
  }

  async function describe({ group, value, problem }: ShownLock, room: number): Promise<Group> {
    const { slots, holders, releases } = value ?? emptyLock(0);
    const named = holders.slice(0, room).map(async ({ host, since, boot, release }) => ({
      ...{ host, since, boot, release },
      hostname: (await store.host(host))?.hostname ?? null,
    }));
    return {
      ...{ group, problem, slots, taken: holders.length },
      holders: await Promise.all(named),
      releases: Object.entries(releases).map(([rootHash, entry]) => ({
        rootHash,
        ok: entry.ok,
        failed: Object.entries(entry.failed).map(([host, reason]) => ({ host, reason })),
        stopped: isBraked(entry),
      })),
    };
  }

  app.get('/v1/locks', { schema: { response: { 200: LocksAnswer } } }, show);

  app.post(
    '/v1/locks/:group/release',
    {
      schema: { params: strict({ group: Word }), body: LockReleaseRequest, response: { 200: LocksAnswer } },
    },
    async ({ params: { group }, body: { host }, operator }) => {
      if (!locks) throw new InterlockError('not_found', { what: `group ${group}` });
      const { before, after } = await locks.release(group, host);
      await store.note(
        {
          at: now().toISOString(),
          who: whoIs(operator),
          action: 'force out of the lock',
          subject: `lock ${group}`,
          detail: `host ${host}`,
        },
        holdersOf(before),
        holdersOf(after),
      );
      return show();
    },
  );
}

function holdersOf({ slots, holders }: LockValue) {
  return { slots, holders: holders.slice(0, shownHolders.perGroup).map(({ host }) => host) };
}
