import type { OverviewAnswer } from '../../../protocol/api/dashboard.ts';
import type { HostState, HostSummary } from '../../../protocol/api/operator.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { dayMs } from '../../../protocol/time/durations.ts';

/** Hosts that are alike in everything an overview counts by. */
export interface HostCount {
  name: string;
  channel: string | null;
  arch: Arch;
  version: string | null;
  state: HostState;
  decision: HostSummary['decision'];
  /** Seen in 14 days. */
  active: boolean;
  approved: boolean;
  cloned: boolean;
  held: boolean;
  pinned: boolean;
  /** Its agent reports what it is stuck on. */
  inTrouble: boolean;
  hosts: number;
}

/** How many hosts ran a version at a full hour; an empty version stands for all rare ones. */
export interface VersionCount {
  at: string;
  name: string;
  version: string;
  hosts: number;
}

/** Which counts of the past are given up: those of an hour but midnight's, and those of whole days. */
export function thinnedBefore(now: string): { hours: string; days: string } {
  const before = (days: number) => new Date(Date.parse(now) - days * dayMs).toISOString();
  return { hours: before(14), days: before(400) };
}

/** Series that a chart can tell apart; the rest is summed up in one. */
const shownSeries = 12;
const shownTimes = 200;

/** Hosts by state and by what they wait for, most hosts first. */
export function countStates(
  rows: readonly HostCount[],
): Pick<OverviewAnswer, 'hosts' | 'seen' | 'states' | 'waiting'> {
  const waiting = rows.filter(({ state }) => state === 'waiting');
  const unseen: readonly HostCount['state'][] = ['new', 'silent'];
  return {
    hosts: total(rows),
    seen: total(rows.filter(({ state }) => !unseen.includes(state))),
    states: sums(rows, ({ state }) => state).map(([{ state }, hosts]) => ({ state, hosts })),
    waiting: sums(waiting, ({ decision }) => String(decision)).map(([{ decision }, hosts]) => ({
      reason: decision as Exclude<typeof decision, 'offered' | null>,
      hosts,
    })),
  };
}

/** Active hosts by image, channel and version, most hosts first; beyond a hundred kinds the rare ones are one. */
export function countVersions(rows: readonly HostCount[]): OverviewAnswer['versions'] {
  const active = rows.filter((row) => row.active);
  const all = sums(active, ({ name, channel, version }) => JSON.stringify([name, channel, version])).map(
    ([{ name, channel, version }, hosts]) => ({ name, channel, version, hosts }),
  );
  const [shown, rare] = [all.slice(0, 100), all.slice(100)];
  const byName = Map.groupBy(rare, ({ name }) => name);
  const others = [...byName]
    .slice(0, 20)
    .map(([name, some]) => ({ name, channel: null, version: null, hosts: total(some) }));
  return [...shown, ...others];
}

/** Puts counts by the hour, and those of now, beside each other as a chart wants them. */
export function historyOf(counts: readonly VersionCount[]): OverviewAnswer['history'] {
  const all = [...new Set(counts.map(({ at }) => at))];
  const every = Math.ceil(all.length / shownTimes);
  const times = all.filter((_, index) => (all.length - 1 - index) % every === 0);
  const place = new Map(times.map((at, index) => [at, index]));
  const shown = counts.filter(({ at }) => place.has(at));
  const ranked = sums(shown, ({ name, version }) => JSON.stringify([name, version]));
  const rare = new Set(ranked.slice(shownSeries).map(([{ name, version }]) => `${name} ${version}`));
  const series = new Map<string, OverviewAnswer['history']['series'][number]>();
  for (const { at, name, version, hosts } of shown) {
    const label = version === '' || rare.has(`${name} ${version}`) ? null : version;
    const key = `${name} ${label}`;
    const one = series.get(key) ?? { name, version: label, hosts: times.map(() => 0) };
    one.hosts[place.get(at)!]! += hosts;
    series.set(key, one);
  }
  return { times, series: [...series.values()] };
}

/** What is kept of a count for the history: approved, active hosts by version, rare versions as one. */
export function versionCounts(rows: readonly HostCount[], at: string): VersionCount[] {
  const counted = rows.filter((row) => row.active && row.approved);
  const all = sums(counted, ({ name, version }) => JSON.stringify([name, version])).map(
    ([{ name, version }, hosts]) => ({
      ...{ at, name, hosts },
      version: version ?? '',
    }),
  );
  const [kept, rare] = [all.slice(0, 40), all.slice(40)];
  return rare.length > 0 ? [...kept, { at, name: rare[0]!.name, version: '', hosts: total(rare) }] : kept;
}

/** Sums rows up by a key, most hosts first; each sum with its first row. */
function sums<T extends { hosts: number }>(rows: readonly T[], keyOf: (row: T) => string): [T, number][] {
  return [...Map.groupBy(rows, keyOf).values()]
    .map((group): [T, number] => [group[0]!, total(group)])
    .sort(([, a], [, b]) => b - a);
}

function total(rows: readonly { hosts: number }[]): number {
  return rows.reduce((sum, { hosts }) => sum + hosts, 0);
}
