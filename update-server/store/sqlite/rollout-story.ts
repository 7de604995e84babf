import type Database from 'better-sqlite3';
import type { RolloutStory } from '../store.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** Reads what only a rollout's own page shows. */
export function rolloutStory(db: Database.Database, rows: RolloutRows) {
  const waiting = db.prepare<Record<string, string>, RolloutStory['waiting'][number]>(
    `SELECT decision AS reason, count(*) AS hosts FROM host
     WHERE name = @name AND channel = @channel AND arch = @arch AND last_seen >= @since AND decision IS NOT NULL
     GROUP BY decision ORDER BY hosts DESC`,
  );
  const moments = db.prepare<{ id: string }, RolloutStory['moments'][number]>(
    `SELECT granted AS at, 'granted' AS what FROM host_grant WHERE rollout = @id AND counted = 1
     UNION ALL
     SELECT closed, CASE outcome WHEN 'confirmed' THEN 'confirmed' ELSE 'failed' END FROM host_grant
     WHERE rollout = @id AND counted = 1 AND outcome IN ('confirmed', 'fell_back', 'failed', 'silent')
     ORDER BY 1`,
  );
  return (id: string, since: string): RolloutStory | undefined => {
    const rollout = rows.byId(id);
    if (!rollout) return undefined;
    const { name, channel, arch } = rollout;
    return {
      policyText: rows.policyText(id),
      waiting: waiting.all({ name, channel, arch, since }),
      moments: moments.all({ id }),
    };
  };
}
