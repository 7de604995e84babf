import type { Store } from '../store.ts';
import { auditStore, prepareAudit } from './audit.ts';
import { enrolmentStore } from './enrolment.ts';
import { findHostsStore } from './find-hosts.ts';
import { grantStore } from './grants.ts';
import { groupCommits } from './group-commit.ts';
import { hostStore } from './hosts.ts';
import { knownHosts } from './known-hosts.ts';
import { newsStore } from './news.ts';
import { openDatabase } from './open.ts';
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

/** The store in one SQLite file of the data folder. */
export function openSqliteStore(dataDir: string): Store {
  const db = openDatabase(dataDir);
  const write = groupCommits(db);
  const addAudit = prepareAudit(db);
  const sightings = batchSightings(db, write);
  const rows = rolloutRows(db);
  const { follow, ...rollouts } = rolloutStore(db, write, rows, addAudit);
  const curve = curveReader(db);
  const story = rolloutStory(db, rows, curve);
  const repository = repositoryStore(db, write, addAudit, follow);
  const known = knownHosts(db, sightings.overlay);
  const hosts = hostStore(db, write, addAudit, rows, known);
  const enrolments = enrolmentStore(db, write, addAudit, rows, known);
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
    ...grantStore(db, write, rows, addAudit),
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
    survey: fresh(surveyStore(db).survey),
    findHosts: fresh(findHostsStore(db).findHosts),
    host: fresh(hosts.host),
    forget: fresh(hosts.forget),
    forgetUnapproved: fresh(enrolments.forgetUnapproved),
    fleet: fresh(hosts.fleet),
    publish: fresh(repository.publish),
    startRollouts: fresh(rollouts.startRollouts),
    tick: fresh(rollouts.tick),
    rolloutStory: fresh(async (id: string, since: string) => story(id, since)),
    ping: (now) => write(() => void checked.run(now)),
    async close() {
      await sightings.flush();
      db.close();
    },
  };
}
