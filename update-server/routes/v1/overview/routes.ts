import { Type } from 'typebox';
import { OverviewAnswer } from '../../../../protocol/api/dashboard.ts';
import { strict } from '../../../../protocol/schema/schema.ts';
import { attentionOf } from '../../../domain/fleet/attention.ts';
import { countStates, countVersions, historyOf, versionCounts } from '../../../domain/fleet/overview.ts';
import { summarise } from '../../../domain/rollout/summary.ts';
import { roleLives } from '../../../domain/tuf/role-lives.ts';
import { troublesOf } from '../../../health/troubles.ts';
import type { App } from '../../../routing/app.ts';
import type { DeskPorts } from '../../../routing/ports.ts';

const dayMs = 86_400_000;
const usualDays = 7;
const recentLines = 12;
const listedRollouts = 20;

/** The fleet at a glance. */
export function deskRoutes(app: App, ports: DeskPorts): void {
  const { store, now, survey, onlineKeys } = ports;
  const query = strict({ days: Type.Optional(Type.String({ pattern: '^([1-9]\\d?|[1-3]\\d\\d|400)$' })) });
  app.get(
    '/v1/overview',
    { schema: { querystring: query, response: { 200: OverviewAnswer } } },
    async ({ query: { days } }) => {
      const time = now();
      const at = time.toISOString();
      const since = new Date(time.getTime() - Number(days ?? usualDays) * dayMs).toISOString();
      const rows = await survey();
      const counts = [...(await store.versionCounts(since)), ...versionCounts(rows, at)];
      const { state } = await store.repository();
      const rollouts = await store.currentRollouts();
      return {
        at,
        ...countStates(rows),
        versions: countVersions(rows),
        history: historyOf(counts),
        attention: attentionOf(
          rows,
          rollouts,
          roleLives(state, time),
          Boolean(onlineKeys),
          troublesOf(ports),
        ),
        rollouts: rollouts.slice(0, listedRollouts).map((rollout) => summarise(rollout, time)),
        recent: await store.audit(Number.MAX_SAFE_INTEGER, recentLines),
      };
    },
  );
}
