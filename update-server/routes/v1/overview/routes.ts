import { Type } from 'typebox';
import { OverviewAnswer } from '../../../../protocol/api/dashboard.ts';
import { strict } from '../../../../protocol/schema/schema.ts';
import { dayMs } from '../../../../protocol/time/durations.ts';
import { attentionOf } from '../../../domain/fleet/attention.ts';
import { countStates, countVersions, historyOf, versionCounts } from '../../../domain/fleet/overview.ts';
import { summarise } from '../../../domain/rollout/summary.ts';
import type { OnlineKeys } from '../../../domain/tuf/online-keys.ts';
import { roleLives } from '../../../domain/tuf/role-lives.ts';
import { troublesOf, type Watched } from '../../../health/troubles.ts';
import type { CountHosts } from '../../../metrics/count-hosts.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const usualDays = 7;
const recentLines = 12;
const listedRollouts = 20;
const changesOnly = { before: Number.MAX_SAFE_INTEGER, after: 0, hideRoutine: true };

interface Needs extends Watched {
  store: Store;
  now(): Date;
  countHosts: CountHosts;
  onlineKeys: OnlineKeys | undefined;
}

const showOverview = route({
  method: 'GET',
  url: '/v1/overview',
  access: readers,
  summary: 'The state of the fleet, and what needs attention',
  schema: {
    querystring: strict({ days: Type.Optional(Type.String({ pattern: '^([1-9]\\d?|[1-3]\\d\\d|400)$' })) }),
    response: { 200: OverviewAnswer },
  },
  handler: (needs: Needs) => {
    const { store, now, countHosts, onlineKeys } = needs;
    return async ({ query: { days } }) => {
      const time = now();
      const at = time.toISOString();
      const since = new Date(time.getTime() - Number(days ?? usualDays) * dayMs).toISOString();
      const rows = await countHosts();
      const counts = [...(await store.versionCounts(since)), ...versionCounts(rows, at)];
      const { state } = await store.repository();
      const rollouts = await store.currentRollouts();
      const lives = roleLives(state, time);
      return {
        at,
        ...countStates(rows),
        versions: countVersions(rows),
        history: historyOf(counts),
        attention: attentionOf(rows, rollouts, lives, Boolean(onlineKeys), troublesOf(needs)),
        rollouts: rollouts.slice(0, listedRollouts).map((rollout) => summarise(rollout, time)),
        recent: (await store.findAudit(changesOnly, recentLines)).lines,
      };
    };
  },
});

/** The fleet at a glance. */
export const overviewRoutes = [showOverview];
