import type { Store } from '../interface/store.ts';
import { advanceStore } from './advance.ts';
import { afterCheckIns } from './after-check-ins.ts';
import { auditStore, prepareAudit } from './audit.ts';
import { blobStore } from './blobs.ts';
import { changeStore } from './changes.ts';
import { batchCheckIns } from './check-in-records.ts';
import { choicesStore } from './count-choices.ts';
import { countStore } from './count-hosts.ts';
import { hostDecisions } from './decide-host.ts';
import { discoveryStore } from './discovery.ts';
import { enrollStore } from './enroll.ts';
import { findAuditStore } from './find-audit.ts';
import { findHostsStore } from './find-hosts.ts';
import { fleetFacts } from './fleet-facts.ts';
import { unapprovedStore } from './forget-unapproved.ts';
import { grantRows } from './grant-rows.ts';
import { grantStore } from './grants.ts';
import { groupCommits } from './group-commit.ts';
import { haltRows } from './halt-rows.ts';
import { hostFollower } from './host-row.ts';
import { hostStore } from './hosts.ts';
import { knownHosts } from './known-hosts.ts';
import { openDatabase } from './open.ts';
import { reportStore } from './reports.ts';
import { repositoryStore } from './repository.ts';
import { rolloutFacts } from './rollout-facts.ts';
import { progressReader } from './rollout-progress.ts';
import { rolloutRows } from './rollout-rows.ts';
import { rolloutStore } from './rollouts.ts';
import { sessionStore } from './sessions.ts';
import { signedFiles } from './signed-files.ts';
import { sortHostsStore } from './sort-hosts.ts';
import { timelineStore } from './timeline.ts';
import { tokenStore } from './tokens.ts';
import { versionCountStore } from './version-counts.ts';
import { lockWaiterStore } from './waiting-for-lock.ts';
import { watchClock } from './watch-clock.ts';

/** The store in one SQLite file of the data folder; `makeRoom` is asked when its disk is full. */
export function openSqliteStore(dataDir: string, makeRoom?: () => boolean): Store {
  const db = openDatabase(dataDir);
  const write = groupCommits(db, makeRoom);
  const addAudit = prepareAudit(db);
  const watch = watchClock(db);
  const checkIns = batchCheckIns(db, write, watch);
  const rows = rolloutRows(db, watch);
  const grants = grantRows(db, rows, watch);
  const halts = haltRows(db, rows, addAudit);
  const { channelOf, forgetChannels, ...files } = signedFiles(db);
  const facts = fleetFacts(db, watch, channelOf);
  const { follow, ...rollouts } = rolloutStore(db, write, rows, addAudit, facts, watch, halts.excuse);
  const { advance } = advanceStore(db, write, { rows, grants, facts, halts, watch });
  const progress = progressReader(db);
  const details = rolloutFacts(db, rows, progress, facts, channelOf);
  const repository = repositoryStore(db, write, addAudit, { channelOf, forgetChannels }, follow);
  const known = knownHosts(db, checkIns.overlay);
  const follower = hostFollower(db, rows, known, watch, channelOf);
  const hosts = hostStore(db, write, addAudit, grants, known, watch);
  const enrollments = enrollStore(db, write, addAudit, known);
  const sorted = sortHostsStore(db, watch);
  const unapproved = unapprovedStore(db, write, addAudit, grants, known);
  const { fresh, settled } = afterCheckIns(checkIns);
  const decisions = hostDecisions(db, write, addAudit, grants, known, follower);
  const reports = reportStore(db, write, grants, halts, follower);
  const checked = db.prepare('INSERT OR REPLACE INTO readiness VALUES (1, ?)');
  return {
    ...repository,
    ...files,
    channel: async (name, channel) => channelOf(name, channel),
    ...blobStore(db, write),
    ...rollouts,
    ...hosts,
    markCloned: settled(hosts.markCloned),
    hold: settled(decisions.hold),
    pin: settled(decisions.pin),
    place: settled(decisions.place),
    approve: settled(decisions.approve),
    ...enrollments,
    ...grantStore(db, write, rows, grants),
    report: settled(reports.report),
    settleReturn: reports.settleReturn,
    ...tokenStore(db, write, addAudit),
    ...sessionStore(db, write, addAudit),
    ...discoveryStore(db, write, addAudit),
    ...auditStore(db, write, addAudit),
    ...findAuditStore(db),
    ...changeStore(db),
    ...versionCountStore(db, write),
    rolloutProgress: async (id) => progress(id),
    recordCheckIn: async (record) => checkIns.add(record),
    hostByCredential: async (hash) => known.find(hash),
    boots: async (host) => checkIns.boots(host),
    countHosts: fresh(countStore(db, watch).countHosts),
    findHosts: fresh(findHostsStore(db, watch).findHosts),
    timeline: fresh(timelineStore(db).timeline),
    sortHosts: fresh(sorted.sortHosts),
    hostsById: fresh(sorted.hostsById),
    countChoices: fresh(choicesStore(db).countChoices),
    host: fresh(hosts.host),
    forget: fresh(hosts.forget),
    forgetUnapproved: fresh(unapproved.forgetUnapproved),
    fleet: fresh(hosts.fleet),
    waitingForLock: fresh(lockWaiterStore(db).waitingForLock),
    publish: fresh(repository.publish),
    startRollouts: fresh(rollouts.startRollouts),
    advance: fresh(advance),
    rolloutFacts: fresh(async (id: string, since: string) => details(id, since)),
    ping: (now) => write(() => void checked.run(now)),
    async close() {
      await checkIns.flush();
      db.close();
    },
  };
}
