import type Database from 'better-sqlite3';
import type { NamedHost, RolloutDetail } from '../../../protocol/api/rollout.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { readJson } from './read-json.ts';

/** Hosts named of each kind. */
const shown = 50;

interface GrantRow extends Omit<NamedHost, 'what' | 'since'> {
  outcome: string | null;
  granted: string;
  rebooting: string | null;
  closed: string | null;
  odd: string | null;
  at: string | null;
  trouble: string | null;
}

/** Names who is behind a rollout's figures, so that nobody has to guess which host it was. */
export function namedHosts(
  db: Database.Database,
  facts: FleetFacts,
): (rollout: Rollout) => RolloutDetail['named'] {
  const columns = `host.id, hostname, host.version, last_seen AS lastSeen, outcome, granted, rebooting, closed,
    odd_root AS odd, at, trouble`;
  const detail = `coalesce((SELECT detail FROM report WHERE report.host = host.id AND grant_id = host_grant.id
    AND kind IN ('fell_back', 'failed') ORDER BY seq DESC LIMIT 1), '') AS detail`;
  const failed = db.prepare<[string], GrantRow>(
    `SELECT ${columns}, ${detail} FROM host_grant JOIN host ON host.id = host_grant.host
     WHERE rollout = ? AND counted = 1 AND outcome IN ('fell_back', 'failed', 'silent')
     ORDER BY closed DESC LIMIT ${shown}`,
  );
  const underWay = db.prepare<[string], GrantRow>(
    `SELECT ${columns}, '' AS detail FROM host_grant JOIN host ON host.id = host_grant.host
     WHERE rollout = ? AND counted = 1 AND outcome IS NULL ORDER BY granted LIMIT ${shown}`,
  );
  return (rollout) => ({
    failed: failed.all(rollout.id).map(ofFailed),
    underWay: underWay.all(rollout.id).map(ofUnderWay),
    canary: rollout.policy.canary && !rollout.canaryPassed ? ofCanary(facts, rollout) : [],
    unable: facts.unable(rollout, shown).map(({ reason, ...host }) => ({
      ...host,
      what: reason,
      since: reason === 'silent' ? host.lastSeen : null,
      detail: '',
    })),
  });
}

function ofFailed({ outcome, rebooting, closed, detail, ...row }: GrantRow): NamedHost {
  const said = outcome === 'silent' ? 'it said that it reboots, and was not heard of since' : detail;
  return named(row, outcome ?? '', outcome === 'silent' ? rebooting : closed, said);
}

function ofUnderWay({ rebooting, granted, at, trouble, odd, ...row }: GrantRow): NamedHost {
  const stuck = readJson<{ code?: string; text?: string } | null>(trouble, null);
  const said = stuck
    ? `${stuck.code}: ${stuck.text}`
    : odd
      ? `it came back on root ${odd.slice(0, 12)}, neither the release’s nor where it came from`
      : '';
  return named(row, rebooting ? 'rebooting' : (at ?? 'unknown'), rebooting ?? granted, said);
}

function ofCanary(facts: FleetFacts, rollout: Rollout): NamedHost[] {
  return facts.canary(rollout).missing.map(({ id, hostname, lastSeen, replacedBy }) => ({
    ...{ id, hostname, lastSeen, version: null, since: lastSeen },
    what: 'not confirmed',
    detail: replacedBy ? `enrolled anew as ${replacedBy}: interlock host forget ${id.slice(0, 8)}` : '',
  }));
}

function named(
  { id, hostname, version, lastSeen }: Pick<NamedHost, 'id' | 'hostname' | 'version' | 'lastSeen'>,
  what: string,
  since: string | null,
  detail: string,
): NamedHost {
  return { id, hostname, version, lastSeen, what, since, detail };
}
