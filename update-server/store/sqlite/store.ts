import type { Store } from '../store.ts';
import { auditStore, prepareAudit } from './audit.ts';
import { grantStore } from './grants.ts';
import { groupCommits } from './group-commit.ts';
import { hostStore } from './hosts.ts';
import { openDatabase } from './open.ts';
import { repositoryStore } from './repository.ts';
import { rolloutRows } from './rollout-rows.ts';
import { rolloutStory } from './rollout-story.ts';
import { rolloutStore } from './rollouts.ts';
import { sessionStore } from './sessions.ts';
import { batchSightings } from './sightings.ts';
import { tokenStore } from './tokens.ts';

/** The store in one SQLite file of the data folder. */
export function openSqliteStore(dataDir: string): Store {
  const db = openDatabase(dataDir);
  const write = groupCommits(db);
  const addAudit = prepareAudit(db);
  const sightings = batchSightings(db, write);
  const rows = rolloutRows(db);
  const { follow, ...rollouts } = rolloutStore(db, write, rows, addAudit);
  const story = rolloutStory(db, rows);
  const repository = repositoryStore(db, write, addAudit, follow);
  const hosts = hostStore(db, write, addAudit, rows);
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
    ...grantStore(db, write, rows, addAudit),
    ...tokenStore(db, write, addAudit),
    ...sessionStore(db, write, addAudit),
    ...auditStore(db),
    seen: sightings.add,
    async hostByCredential(hash) {
      const host = await hosts.hostByCredential(hash);
      return host && { ...host, boots: sightings.boots(host.id) ?? host.boots };
    },
    hosts: fresh(hosts.hosts),
    host: fresh(hosts.host),
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
