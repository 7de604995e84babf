import type { Scrub } from '../blobs/scrub.ts';
import type { FreeSpace } from '../disk/free-space.ts';
import type { HostCount } from '../domain/fleet/overview.ts';
import { summarise } from '../domain/rollout/summary.ts';
import { roleLives } from '../domain/tuf/role-lives.ts';
import type { Store } from '../store/interface/store.ts';
import type { CountHosts } from './count-hosts.ts';
import type { Metrics } from './metrics.ts';

/** How old counts may be for a scrape: scraping counts the hosts at most once a minute. */
const hostsAgeMs = 60_000;
const rolesAgeMs = 60_000;
/** Most label sets of hosts in one scrape: hosts choose their own versions, and a scrape must stay small. */
const kindsLimit = 300;
const states = ['scheduled', 'running', 'paused', 'halted', 'completed', 'aborted'] as const;

/** Where the gauges are read; space and scrub are missing where they are not watched. */
export interface GaugeSources {
  store: Store;
  countHosts: CountHosts;
  now(): Date;
  space?: FreeSpace | undefined;
  scrub?: Scrub | undefined;
}

/** Brings the gauges up to date for a scrape. */
export function gaugeReader(
  { store, countHosts, now, space, scrub }: GaugeSources,
  metrics: Metrics,
): () => Promise<void> {
  let rolesRead = Number.NEGATIVE_INFINITY;

  async function readRoles(): Promise<void> {
    const time = now();
    if (time.getTime() - rolesRead < rolesAgeMs) return;
    rolesRead = time.getTime();
    const { state } = await store.repository();
    for (const { role, expires, due } of roleLives(state, time)) {
      metrics.metadataExpires.set({ role }, Date.parse(expires) / 1000);
      metrics.metadataDue.set({ role }, due ? 1 : 0);
    }
  }

  async function readRollouts(): Promise<void> {
    for (const gauge of [
      metrics.rolloutState,
      metrics.rolloutPercent,
      metrics.rolloutHosts,
      metrics.rolloutFailureRatio,
      metrics.rolloutFailureLimit,
    ]) {
      gauge.reset();
    }
    for (const rollout of await store.currentRollouts()) {
      const { name, channel, arch, version, policy, counts, baseline } = rollout;
      const labels = { name, channel, arch, version };
      const { state, percent, active, inFlight, confirmed, failed } = summarise(rollout, now());
      for (const one of states) metrics.rolloutState.set({ ...labels, state: one }, one === state ? 1 : 0);
      metrics.rolloutPercent.set(labels, percent);
      const hosts = { active, in_flight: inFlight, confirmed, failed, silent: counts.silent };
      for (const [what, value] of Object.entries(hosts)) metrics.rolloutHosts.set({ ...labels, what }, value);
      const lost = counts.failed - baseline.failed;
      const done = lost + counts.confirmed - baseline.confirmed;
      metrics.rolloutFailureRatio.set(labels, done > 0 ? lost / done : 0);
      metrics.rolloutFailureLimit.set(labels, policy.failureRate.percent / 100);
    }
  }

  async function readHosts(): Promise<void> {
    const rows = await countHosts(hostsAgeMs);
    metrics.hosts.reset();
    const approved = rows.filter((row) => row.approved).toSorted((a, b) => b.hosts - a.hosts);
    for (const [at, row] of approved.entries()) metrics.hosts.inc(labelsOf(row, at < kindsLimit), row.hosts);
    metrics.hostsUnapproved.set(total(rows.filter((row) => !row.approved)));
    metrics.hostsCloned.set(total(rows.filter((row) => row.cloned)));
  }

  return async () => {
    await Promise.all([readRoles(), readRollouts(), readHosts()]);
    const { blobs, bytes } = await store.publishedBytes();
    metrics.blobs.set(blobs);
    metrics.blobBytes.set(bytes);
    metrics.blobsDamaged.set(scrub?.damaged().length ?? 0);
    if (!space) return;
    const disk = space.state();
    metrics.diskFree.set(disk.free);
    metrics.diskReserve.set(disk.reserve);
  };
}

function labelsOf({ name, channel, version, state }: HostCount, isShown: boolean) {
  if (!isShown) return { name: 'other', channel: 'other', version: 'other', state };
  return { name, channel: channel ?? '', version: version ?? '', state };
}

function total(rows: readonly HostCount[]): number {
  return rows.reduce((sum, { hosts }) => sum + hosts, 0);
}
