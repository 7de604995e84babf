import type { ReportKind } from '../../protocol/api/check-in.ts';
import { otherSlot } from '../ports/host.ts';
import type { Goal } from '../ports/trust.ts';
import type { Memory, Phase } from './memory.ts';
import { checkMove } from './moves.ts';

const maxReports = 64;
const maxFailed = 32;
const maxWaitSeconds = 3600;
/** Pauses before a host whose update was given up looks again: whatever made it give up is likely to be there still. */
export const restFactor = 10;

/** Reaches a phase: the wait and the count of tries belong to the one that was left. */
export function reach(memory: Memory, time: string, phase: Phase): Memory {
  checkMove(memory.phase.at, phase.at);
  const isMove = memory.phase.at !== phase.at;
  return {
    ...memory,
    phase,
    since: isMove ? time : memory.since,
    tries: isMove ? 0 : memory.tries,
    wait: null,
  };
}

/** Does nothing for some seconds. */
export function wait(memory: Memory, time: string, seconds: number, reason: string): Memory {
  return { ...memory, wait: { until: later(time, seconds), reason } };
}

/** Tries again after a pause that doubles each time, up to an hour. */
export function backOff(memory: Memory, time: string, reason: string): Memory {
  const seconds = Math.min(memory.retrySeconds * 2 ** Math.min(memory.tries, 12), maxWaitSeconds);
  return wait({ ...memory, tries: memory.tries + 1 }, time, Math.max(seconds, memory.retrySeconds), reason);
}

/** Queues what the server should know; the oldest report goes when the queue is full. */
export function report(memory: Memory, time: string, kind: ReportKind, goal: Goal, detail = ''): Memory {
  const bootId = memory.boots.at(-1) ?? 'unknown-boot';
  const entry = {
    id: `${bootId}-${Date.parse(time).toString(36)}-${memory.reportCount}`.slice(-64),
    grant: goal.grant,
    kind,
    from: versionBefore(memory, goal),
    version: goal.version,
    bootId,
    at: time,
    detail: detail.slice(0, 4096),
  };
  return {
    ...memory,
    reports: [...memory.reports, entry].slice(-maxReports),
    reportCount: memory.reportCount + 1,
  };
}

/** The version that an update leads away from: what runs, or, once the goal runs, what the other slot holds. */
function versionBefore({ running, slots }: Memory, goal: Goal): string {
  if (!running) return goal.version;
  if (running.rootHash !== goal.rootHash) return running.version;
  return slots[otherSlot(running.slot)]?.version ?? running.version;
}

/** Remembers a version that failed here. */
export function remember(memory: Memory, time: string, goal: Goal, reason: string): Memory {
  const { [goal.rootHash]: _, ...others } = memory.failed;
  const entries = [
    ...Object.entries(others),
    [goal.rootHash, { version: goal.version, reason, at: time }] as const,
  ];
  return { ...memory, failed: Object.fromEntries(entries.slice(-maxFailed)) };
}

/** Forgets a failure: it works after all, or an operator wants another try. */
export function forget(memory: Memory, isMeant: (rootHash: string, version: string) => boolean): Memory {
  const kept = Object.entries(memory.failed).filter(([hash, { version }]) => !isMeant(hash, version));
  return { ...memory, failed: Object.fromEntries(kept) };
}

/** Keeps the highest revision of a cluster: a lower one later means that etcd went back in time. */
export function see(memory: Memory, clusterId: string, revision: string): Memory {
  if (!clusterId || BigInt(memory.seen[clusterId] ?? 0) >= BigInt(revision)) return memory;
  return { ...memory, seen: { ...memory.seen, [clusterId]: revision } };
}

/** True once a grant has ended, or has no end that can be read; an operator's order never ends. */
export function isOver(expires: string | null, time: string): boolean {
  return expires !== null && !(Date.parse(expires) > Date.parse(time));
}

/** So many seconds after a time. */
export function later(time: string, seconds: number): string {
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}
