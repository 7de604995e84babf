import type Database from 'better-sqlite3';
import { cacheResults } from '../../cache/cache-results.ts';
import { failures } from '../../domain/rollout/grant-end.ts';
import type { ProgressStep } from '../../domain/rollout/summary.ts';

const failed = `(SELECT value FROM json_each('${JSON.stringify(failures)}'))`;

/** A rollout's grants and their ends, summed up by the minute; of a large one, some seconds late. */
export function progressReader(db: Database.Database): (id: string) => ProgressStep[] {
  const steps = db.prepare<{ id: string }, ProgressStep>(
    `SELECT max(at) AS at, sum(granted) AS granted, sum(confirmed) AS confirmed, sum(failed) AS failed FROM (
       SELECT substr(granted, 1, 16) AS minute, max(granted) AS at, count(*) AS granted, 0 AS confirmed, 0 AS failed
       FROM host_grant WHERE rollout = @id AND counted = 1 GROUP BY 1
       UNION ALL
       SELECT substr(closed, 1, 16), max(closed), 0, sum(outcome = 'confirmed'), sum(outcome <> 'confirmed')
       FROM host_grant
       WHERE rollout = @id AND counted = 1 AND (outcome = 'confirmed' OR outcome IN ${failed}) GROUP BY 1
     ) GROUP BY minute ORDER BY minute`,
  );
  return cacheResults((id) => steps.all({ id }));
}
