import { type Holder, type LockValue, maxFailed, maxReleases } from './lock-value.ts';

/** Why a change of the lock value is refused; a refusal changes nothing. */
export type Refusal = 'full' | 'failure_stop' | 'foreign_hold' | 'same_boot';

/** What a change makes of a lock value: a new one to swap in, or a refusal with its words. */
export type Change = { value: LockValue } | Refused;

/** A change that is not made, and why. */
export interface Refused {
  refused: Refusal;
  problem: string;
}

/** How a release fared on the host that gives its place back. */
export type Verdict = { ok: true } | { ok: false; reason: string };

/** A host of the group, with every boot id it is known to have had, the present one included. */
export interface Host {
  host: string;
  boots: readonly string[];
}

/** The value of a group that has not been used yet. */
export function emptyLock(slots = 1): LockValue {
  return { format: 1, slots, holders: [], releases: {} };
}

/** Takes a place, or takes the own place again: every call writes the new nonce, so its success proves the hold. */
export function acquire(value: LockValue, wanted: Holder, boots: readonly string[]): Change {
  const own = holderOf(value, wanted.host);
  if (own && own.boot !== wanted.boot && !boots.includes(own.boot)) return foreign(own);
  const again = own?.release === wanted.release;
  if (!again && isStoppedByFailures(value.releases[wanted.release])) {
    return refuse('failure_stop', `the release failed on ${failures(value, wanted.release)} hosts`);
  }
  if (!own && value.holders.length >= value.slots) {
    return refuse('full', `${value.holders.length} of ${value.slots} places are taken`);
  }
  const holder = again ? { ...wanted, since: own.since } : wanted;
  return { value: { ...value, holders: [...others(value, wanted.host), holder] } };
}

/**
 * Gives a place back after a new, healthy boot and records the verdict in the same swap; null records nothing.
 * A place that is gone already stays gone: only the idempotent half, a failure or its end, is recorded again.
 * The place is recognised by a boot id this host had, not by the nonce: a re-confirmation whose answer was lost
 * may have left a nonce the host never saw confirmed. The swap compares the whole old value, nonce included.
 */
export function release(
  value: LockValue,
  held: Pick<Holder, 'host' | 'boot' | 'release'>,
  present: { boot: string; boots: readonly string[] },
  verdict: Verdict | null,
): Change {
  if (held.boot === present.boot) return refuse('same_boot', 'only a new boot gives the place back');
  const own = holderOf(value, held.host);
  if (own?.boot === present.boot) return refuse('same_boot', 'the place was taken again under this boot');
  if (own && own.boot !== held.boot && !present.boots.includes(own.boot)) return foreign(own);
  const left = { ...value, holders: others(value, held.host) };
  return { value: verdict ? record(left, held.host, held.release, verdict, Boolean(own)) : left };
}

/** Gives a place back without having rebooted. The caller never recorded `rebooting` and has taken a flip back. */
export function cancel(value: LockValue, { host, boots }: Host): Change {
  const own = holderOf(value, host);
  if (own && !boots.includes(own.boot)) return foreign(own);
  return { value: { ...value, holders: others(value, host) } };
}

/** Changes how many hosts may be down at once; fewer than there are holders only stops newcomers. */
export function setSlots(value: LockValue, slots: number): LockValue {
  return { ...value, slots };
}

/** Takes a place away from a host, which breaks "at most N" by definition: an operator's last resort. */
export function forceRelease(value: LockValue, host: string): LockValue {
  return { ...value, holders: others(value, host) };
}

/** Forgets failures, of one release or of all, so that the failure stop ends. */
export function clearFailed(value: LockValue, only?: string): LockValue {
  const releases = Object.entries(value.releases).map(([rootHash, entry]) => [
    rootHash,
    only === undefined || only === rootHash ? { ...entry, failed: {} } : entry,
  ]);
  return { ...value, releases: Object.fromEntries(releases) };
}

/** The failure stop: no host starts a release that failed on more than one host in eleven. */
export function isStoppedByFailures(entry: LockValue['releases'][string] | undefined): boolean {
  const failed = Object.keys(entry?.failed ?? {}).length;
  return failed >= 1 && failed * 10 > (entry?.ok ?? 0);
}

function record(
  value: LockValue,
  host: string,
  rootHash: string,
  verdict: Verdict,
  counts: boolean,
): LockValue {
  const { [rootHash]: before = { ok: 0, failed: {} }, ...rest } = value.releases;
  const { [host]: _, ...failedOthers } = before.failed;
  const isRoom = Object.keys(failedOthers).length < maxFailed;
  const failed =
    verdict.ok || !isRoom ? failedOthers : { ...failedOthers, [host]: verdict.reason.slice(0, 256) };
  const after = { ok: before.ok + (verdict.ok && counts ? 1 : 0), failed };
  return prune({ ...value, releases: { ...rest, [rootHash]: after } });
}

/** Keys keep the order in which releases were last recorded: the first that nobody is about to boot goes. */
function prune(value: LockValue): LockValue {
  const used = new Set(value.holders.map((holder) => holder.release));
  const rootHashes = Object.keys(value.releases);
  const last = rootHashes.at(-1);
  const idle = rootHashes.filter((rootHash) => !used.has(rootHash) && rootHash !== last);
  const dropped = [...new Set([...idle, ...rootHashes])].slice(
    0,
    Math.max(0, rootHashes.length - maxReleases),
  );
  return {
    ...value,
    releases: Object.fromEntries(Object.entries(value.releases).filter(([key]) => !dropped.includes(key))),
  };
}

function holderOf(value: LockValue, host: string): Holder | undefined {
  return value.holders.find((holder) => holder.host === host);
}

function others(value: LockValue, host: string): Holder[] {
  return value.holders.filter((holder) => holder.host !== host);
}

function failures(value: LockValue, rootHash: string): number {
  return Object.keys(value.releases[rootHash]?.failed ?? {}).length;
}

function foreign(own: Holder): Change {
  return refuse('foreign_hold', `a holder has this host’s id and boot id ${own.boot}, which it never had`);
}

function refuse(refused: Refusal, problem: string): Change {
  return { refused, problem };
}
