import type Database from 'better-sqlite3';
import type { RolloutDetail } from '../../../protocol/api/rollout.ts';
import { failures } from '../../domain/rollout/grant-end.ts';
import {
  type GrantOfHost,
  namedOfEachKind,
  nameFailed,
  nameMissing,
  nameUnderWay,
} from '../../domain/rollout/name-hosts.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { readJson } from './read-json.ts';

type Row = Omit<GrantOfHost, 'trouble'> & { trouble: string | null };

/** Names the hosts behind a rollout's counts. */
export function namedHosts(
  db: Database.Database,
  facts: FleetFacts,
): (rollout: Rollout) => RolloutDetail['named'] {
  const columns = `host.id, hostname, host.version, last_seen AS lastSeen, outcome, granted, rebooting, closed,
    odd_root AS odd, at, trouble`;
  const detail = `coalesce((SELECT detail FROM report WHERE report.host = host.id AND grant_id = host_grant.id
    AND kind IN ('fell_back', 'failed') ORDER BY seq DESC LIMIT 1), '') AS detail`;
  const step = `(SELECT kind FROM report WHERE report.host = host.id AND grant_id = host_grant.id
    AND kind IN ('written', 'locked', 'rebooting') ORDER BY seq DESC LIMIT 1) AS step`;
  const failed = db.prepare<[string, number], Row>(
    `SELECT ${columns}, ${detail}, ${step} FROM host_grant JOIN host ON host.id = host_grant.host
     WHERE rollout = ? AND counted = 1 AND outcome IN (SELECT value FROM json_each('${JSON.stringify(failures)}'))
     ORDER BY closed DESC LIMIT ?`,
  );
  const underWay = db.prepare<[string, number], Row>(
    `SELECT ${columns}, '' AS detail, NULL AS step FROM host_grant JOIN host ON host.id = host_grant.host
     WHERE rollout = ? AND counted = 1 AND outcome IS NULL ORDER BY granted LIMIT ?`,
  );
  const read = ({ trouble, ...row }: Row): GrantOfHost => ({
    ...row,
    trouble: readJson<GrantOfHost['trouble']>(trouble, null),
  });
  return (rollout) => ({
    failed: failed.all(rollout.id, namedOfEachKind).map((row) => nameFailed(read(row))),
    underWay: underWay.all(rollout.id, namedOfEachKind).map((row) => nameUnderWay(read(row))),
    canary:
      rollout.policy.canary && rollout.begun && !rollout.canaryPassed
        ? facts.canary(rollout).missing.map(nameMissing)
        : [],
    unable: facts.unable(rollout, namedOfEachKind).map(({ reason, ...host }) => ({
      ...host,
      what: reason,
      since: reason === 'silent' ? host.lastSeen : null,
      detail: '',
    })),
  });
}
