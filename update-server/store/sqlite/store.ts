import type { Store } from '../interface/store.ts';
import { tickStore } from './advance.ts';
import { auditStore, prepareAudit } from './audit.ts';
import { enrolmentStore } from './enrolment.ts';
import { findHostsStore } from './find-hosts.ts';
import { fleetFacts } from './fleet-facts.ts';
import { grantStore } from './grants.ts';
import { groupCommits } from './group-commit.ts';
import { halter } from './halt.ts';
import { hostStore } from './hosts.ts';
import { knownHosts } from './known-hosts.ts';
import { newsStore } from './news.ts';
import { openDatabase } from './open.ts';
import { openGrants } from './open-grants.ts';
import { repositoryStore } from './repository.ts';
import { curveReader } from './rollout-curve.ts';
import { rolloutRows } from './rollout-rows.ts';
import { rolloutStory } from './rollout-story.ts';
import { rolloutStore } from './rollouts.ts';
import { sessionStore } from './sessions.ts';
import { batchSightings } from './sightings.ts';
import { surveyStore } from './survey.ts';
import { tokenStore } from './tokens.ts';
import { versionCountStore } from './version-counts.ts';
import { watchClock } from './watch-clock.ts';

/** The store in one SQLite file of the data folder; `makeRoom` is asked when its disk is full. */
export function openSqliteStore(dataDir: string, makeRoom?: () => boolean): Store {
  const db = openDatabase(dataDir);
  const write = groupCommits(db, makeRoom);
  const addAudit = prepareAudit(db);
  const watch = watchClock(db);
  const sightings = batchSightings(db, write, watch);
  const rows = rolloutRows(db, watch);
  const grants = openGrants(db, rows, watch);
  const halts = halter(db, rows, addAudit);
  const facts = fleetFacts(db, watch, (name, channel) => channelOf(name, channel));
  const { follow, ...rollouts } = rolloutStore(db, write, rows, addAudit, facts, watch, halts.excuse);
  const { tick } = tickStore(db, write, { rows, grants, facts, halts, watch, addAudit });
  const curve = curveReader(db);
  const story = rolloutStory(db, rows, curve, facts);
  const { channelOf, ...repository } = repositoryStore(db, write, addAudit, follow);
  const known = knownHosts(db, sightings.overlay);
  const hosts = hostStore(db, write, addAudit, grants, known, watch);
  const enrolments = enrolmentStore(db, write, addAudit, grants, known);
  /** For what must know every host's last word. */
  const fresh =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await sightings.flush();
      return work(...args);
    };
  const checked = db.prepare('INSERT OR REPLACE INTO readiness VALUES (1, ?)');
  return {
    ...repository,
    ...rollouts,
    ...hosts,
    ...enrolments,
    ...grantStore(db, write, rows, grants, halts.halt),
    ...tokenStore(db, write, addAudit),
    ...sessionStore(db, write, addAudit),
    ...auditStore(db, write, addAudit),
    ...newsStore(db),
    ...versionCountStore(db, write),
    currentRollouts: async () => rows.allCurrent().toSorted((a, b) => b.created.localeCompare(a.created)),
    rolloutCurve: async (id) => curve(id),
    seen: sightings.add,
    hostByCredential: async (hash) => known.find(hash),
    boots: async (host) => sightings.boots(host),
    survey: fresh(surveyStore(db, watch).survey),
    findHosts: fresh(findHostsStore(db, watch).findHosts),
    host: fresh(hosts.host),
    forget: fresh(hosts.forget),
    forgetUnapproved: fresh(enrolments.forgetUnapproved),
    fleet: fresh(hosts.fleet),
    publish: fresh(repository.publish),
    startRollouts: fresh(rollouts.startRollouts),
    tick: fresh(tick),
    rolloutStory: fresh(async (id: string, since: string) => story(id, since)),
    ping: (now) => write(() => void checked.run(now)),
    async close() {
      await sightings.flush();
      db.close();
    },
  };
}
