import type { NoneReason, Report } from '../../../protocol/api/check-in.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { nextAnswer } from './next-answer.ts';

/** What a server holds of a host that a report or an operator's order changes before its next check-in. */
export interface HostRow {
  id: string;
  arch: Arch;
  group: string | null;
  version: string | null;
  at: string | null;
  decision: NoneReason | 'offered' | null;
  offered: string | null;
  failed: readonly string[];
  cancelled: readonly string[];
  held: boolean;
  pinned: string | null;
  cloned: boolean;
  /** The last boot ids, oldest first. */
  boots: readonly string[];
  /** It has a grant that has not ended. */
  granted: boolean;
}

/** What its next answer rests on. */
export interface HostPlace {
  channel: Channel | undefined;
  rollout: Rollout | undefined;
  now: Date;
}

const failedKept = 32;
const cancelledKept = 64;

/**
 * A host's row after it reported a step of an update. A report from a boot that the host has left is late: it tells what
 * was before the last check-in, and the row stays.
 */
export function followReport(
  row: HostRow,
  { kind, from, version, bootId }: Pick<Report, 'kind' | 'from' | 'version' | 'bootId'>,
  place: HostPlace,
): HostRow {
  if (row.boots.slice(0, -1).includes(bootId)) return row;
  const idle = { ...row, at: 'idle' };
  switch (kind) {
    case 'written':
    case 'locked':
    case 'rebooting':
      return { ...row, at: kind };
    case 'confirmed':
      return answered({ ...idle, version }, place);
    case 'fell_back':
    case 'failed':
      return answered({ ...idle, version: from, failed: added(row.failed, version, failedKept) }, place);
    case 'cancelled':
      return answered(
        { ...idle, version: from, cancelled: added(row.cancelled, version, cancelledKept) },
        place,
      );
    default:
      return row;
  }
}

/** A host's row after an operator decided about it: what it will be answered is known before it asks. */
export function followOrder(row: HostRow, place: HostPlace): HostRow {
  return row.decision === null || row.granted ? row : answered(row, place);
}

function answered(row: HostRow, { channel, rollout, now }: HostPlace): HostRow {
  if (row.version === null) return row;
  const facts = { ...row, running: row.version };
  return { ...row, decision: nextAnswer(facts, channel, rollout, now), offered: null };
}

function added(versions: readonly string[], version: string, kept: number): readonly string[] {
  return versions.includes(version) ? versions : [...versions, version].slice(-kept);
}
