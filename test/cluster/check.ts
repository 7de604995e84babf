import { type LockValue, parseLockValue } from '../../protocol/lock/lock-value.ts';
import type { Revision } from './history.ts';
import type { Out, Swap } from './record.ts';

/** All that is known of a run: what etcd kept, what clients sent and received, and who was out. */
export interface History {
  revisions: readonly Revision[];
  swaps: readonly Swap[];
  outs: readonly Out[];
}

/** A promise that a history breaks. */
export interface Violation {
  kind:
    | 'gap'
    | 'lost write'
    | 'nobody’s write'
    | 'more than one change'
    | 'too many holders'
    | 'order'
    | 'out without a place'
    | 'too many out';
  problem: string;
  /** Whom and when it is about, when it is about one host. */
  host?: string;
  at?: number;
}

/** Checks a history in revision order and in real time; the first revision is the one that set the places. */
export function check(history: History): Violation[] {
  const values = history.revisions.map(({ text }) => parseLockValue(text));
  return [
    ...history.revisions.slice(1).flatMap((one, n) => checkStep(history, one, values[n]!, values[n + 1]!)),
    ...checkAnswers(history),
    ...checkOrder(history.swaps),
    ...history.outs.flatMap((out) => checkOut(history, values, out)),
    ...checkOverlap(history.outs, values[0]?.slots ?? 0),
  ];
}

/** The swaps that may have made a revision: they compared with the one before it and wrote what it holds. */
export function makersOf({ revisions, swaps }: History, { revision, text }: Revision): Swap[] {
  const before = revisions.find((one) => one.revision === revision - 1);
  return swaps.filter(
    (swap) =>
      swap.text === text &&
      swap.expected === String(before?.revision) &&
      (swap.outcome === 'unknown' || (swap.outcome === 'won' && swap.revision === String(revision))),
  );
}

function checkStep(history: History, one: Revision, before: LockValue, after: LockValue): Violation[] {
  const { revision } = one;
  const found: Violation[] = [];
  const makers = makersOf(history, one);
  if (!history.revisions.some((other) => other.revision === revision - 1)) {
    found.push({ kind: 'gap', problem: `revision ${revision - 1} is missing` });
  }
  if (makers.length === 0) {
    found.push({ kind: 'nobody’s write', problem: `revision ${revision} is no swap with the one before it` });
  }
  const changed = changedHosts(before, after);
  const isOwn = changed.length === 0 || makers.some(({ host }) => changed[0] === host);
  if (changed.length > 1 || before.slots !== after.slots || (makers.length > 0 && !isOwn)) {
    const by = makers[0]?.host ?? 'nobody';
    found.push({
      kind: 'more than one change',
      problem: `revision ${revision} by ${by} changes ${changed}`,
    });
  }
  if (after.holders.length > Math.max(after.slots, before.holders.length)) {
    found.push({
      kind: 'too many holders',
      problem: `revision ${revision}: ${after.holders.map(({ host }) => host)} hold ${after.slots} places`,
    });
  }
  return found;
}

function changedHosts(before: LockValue, after: LockValue): string[] {
  const placeOf = (value: LockValue, name: string) =>
    JSON.stringify(value.holders.find(({ host }) => host === name));
  const names = new Set([...before.holders, ...after.holders].map(({ host }) => host));
  return [...names].filter((name) => placeOf(before, name) !== placeOf(after, name));
}

/** What was answered with a yes is in the history, where the answer said. */
function checkAnswers({ revisions, swaps }: History): Violation[] {
  const texts = new Map(revisions.map(({ revision, text }) => [String(revision), text]));
  return swaps
    .filter(({ outcome, revision, text }) => outcome === 'won' && texts.get(revision!) !== text)
    .map(({ host, wish, revision }) => ({
      kind: 'lost write' as const,
      problem: `${host}’s ${wish} was confirmed at ${revision} and is not there`,
    }));
}

/** A swap that was answered before another was sent has the lower revision. */
function checkOrder(swaps: readonly Swap[]): Violation[] {
  const won = swaps
    .filter(({ outcome }) => outcome === 'won')
    .toSorted((a, b) => Number(b.revision) - Number(a.revision));
  const found: Violation[] = [];
  let earliest: Swap | undefined;
  for (const swap of won) {
    if (earliest && earliest.done! < swap.sent) {
      found.push({
        kind: 'order',
        problem: `${earliest.revision} was answered before ${swap.revision} was sent`,
      });
    }
    if (!earliest || swap.done! < earliest.done!) earliest = swap;
  }
  return found;
}

/** While a host is out its place is in every revision, from one that was confirmed before to one sent afterwards. */
function checkOut(history: History, values: readonly LockValue[], out: Out): Violation[] {
  const { revisions, swaps } = history;
  const wrong = (problem: string): Violation[] => [
    {
      kind: 'out without a place',
      problem: `${out.host}, out from ${out.from.toFixed()} ms (${out.why}), ${problem}`,
      host: out.host,
      at: out.from,
    },
  ];
  const taken = swaps
    .filter(({ host, wish, outcome }) => host === out.host && wish === 'acquire' && outcome === 'won')
    .filter(({ done }) => done! <= out.from)
    .reduce((last, { revision }) => Math.max(last, Number(revision)), 0);
  if (taken === 0) return wrong('had never taken a place');
  const first = revisions.findIndex(({ revision }) => revision === taken);
  if (first < 0) return wrong(`its place of revision ${taken} is not there`);
  const isThere = (value: LockValue) => value.holders.some(({ host }) => host === out.host);
  const gone = values.findIndex((value, n) => n >= first && !isThere(value));
  if (gone < 0) return [];
  const makers = makersOf(history, revisions[gone]!);
  const isEarly = makers.some(({ host, sent }) => host !== out.host || sent < (out.to ?? Infinity));
  if (makers.length > 0 && !isEarly) return [];
  return wrong(
    `back at ${out.to?.toFixed() ?? 'no time'}, lost its place at revision ${revisions[gone]!.revision} to ${wordsOf(makers[0])}, after taking it at ${taken}`,
  );
}

function wordsOf(maker: Swap | undefined): string {
  return maker ? `${maker.host}’s ${maker.wish} of ${maker.sent.toFixed()} ms` : 'nobody';
}

function checkOverlap(outs: readonly Out[], places: number): Violation[] {
  const most = mostOut(outs);
  return most.hosts.length <= places
    ? []
    : [
        {
          kind: 'too many out',
          problem: `${most.hosts} at ${most.at.toFixed()} ms, ${places} may be`,
        },
      ];
}

/** The moment at which most hosts were out. */
export function mostOut(outs: readonly Out[]): { at: number; hosts: string[] } {
  let most: { at: number; hosts: string[] } = { at: 0, hosts: [] };
  for (const { from } of outs) {
    const hosts = outs.filter((out) => out.from <= from && (out.to ?? Infinity) > from);
    if (hosts.length > most.hosts.length) most = { at: from, hosts: hosts.map(({ host }) => host) };
  }
  return most;
}
