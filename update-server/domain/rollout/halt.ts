import type { GrantOutcome } from '../../../protocol/api/check-in.ts';
import type { AuditSubject } from '../audit/subject.ts';
import { stop } from './apply-action.ts';
import type { ServerAudit } from './audit.ts';
import { haltReason } from './judge.ts';
import { isOpen, type Rollout } from './rollout.ts';

/** A host whose grant a halt may rest on. */
export interface GrantedHost {
  /** The grant. */
  id: string;
  host: string;
  hostname: string;
  outcome: GrantOutcome | null;
}

/** What becomes of a rollout, and the audit lines about it; a halt rests on the last of them. */
export interface RolloutChange {
  rollout: Rollout;
  audits: ServerAudit[];
}

/** True when all that counts as failed since the last resume is silence. */
export function restsOnSilence({ counts, baseline }: Pick<Rollout, 'counts' | 'baseline'>): boolean {
  const failed = counts.failed - baseline.failed;
  return failed > 0 && failed === counts.silent - baseline.silent;
}

/** Stops a rollout and names whose silence that rests on. `silent`: its silent hosts that are not excused. */
export function halt(
  rollout: Rollout,
  reason: string,
  silent: readonly GrantedHost[],
  now: Date,
): RolloutChange {
  const behind = restsOnSilence(rollout) ? silent : [];
  const detail =
    behind.length > 0
      ? `${reason}; not seen since they reported that they reboot: ${nameHosts(behind)}`
      : reason;
  const line = {
    ...{ action: 'halt', detail },
    subject: { kind: 'rollout', id: rollout.id } as const,
    before: { state: rollout.state },
    after: { state: 'halted', reason },
  };
  const haltedFor = behind.map(({ id }) => id);
  return { rollout: { ...stop(rollout, 'halted', now, reason), haltedFor }, audits: [line] };
}

/** Halts an open rollout whose limits are exceeded by what was just counted. */
export function haltIfDue(
  rollout: Rollout | undefined,
  silent: readonly GrantedHost[],
  now: Date,
): RolloutChange | null {
  const reason = rollout && isOpen(rollout) ? haltReason(rollout) : null;
  return rollout && reason ? halt(rollout, reason, silent, now) : null;
}

/** Hosts by name and id, as an audit line names them. */
export function nameHosts(hosts: readonly GrantedHost[]): string {
  return hosts.map(({ hostname, host }) => `${hostname} (${host})`).join(', ');
}

/** Whose audit lines about what keep a halt from being lifted by itself: those of people about the rollout, its channel and those hosts. */
export function decidersOf(
  { id, name, channel }: Pick<Rollout, 'id' | 'name' | 'channel'>,
  behind: readonly GrantedHost[],
): { subjects: AuditSubject[]; notPeople: string[] } {
  const subjects: AuditSubject[] = [
    { kind: 'rollout', id },
    { kind: 'channel', id: `${name}/${channel}` },
    ...behind.map(({ host }): AuditSubject => ({ kind: 'host', id: host })),
  ];
  return { subjects, notPeople: ['server', 'host'] };
}
