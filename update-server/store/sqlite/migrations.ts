/**
 * The schema's steps, oldest first; the database remembers how many it has taken. Never change one, add one.
 * Some names are older than the glossary's: the table `sighting` holds check-in records, `said` what a host reported, and
 * `heard_ms` its last contact. They stay: nobody sees them, and one more step would keep the former server from opening the file.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE repository (
    id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, state TEXT NOT NULL
  ) STRICT;
  INSERT INTO repository VALUES (1, 0, '{"roles":{}}');
  CREATE TABLE metadata_file (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
  CREATE TABLE target_file (path TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
  CREATE TABLE channel (
    name TEXT NOT NULL, channel TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (name, channel)
  ) STRICT;
  CREATE TABLE release (
    name TEXT NOT NULL, version TEXT NOT NULL, arch TEXT NOT NULL, sha256 TEXT NOT NULL, published TEXT NOT NULL,
    PRIMARY KEY (name, version, arch)
  ) STRICT;
  CREATE TABLE published_blob (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT;
  CREATE TABLE announced_blob (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, announced TEXT NOT NULL
  ) STRICT;

  CREATE TABLE host (
    id TEXT PRIMARY KEY, credential_hash TEXT NOT NULL UNIQUE, machine_id TEXT NOT NULL, hostname TEXT NOT NULL,
    name TEXT NOT NULL, arch TEXT NOT NULL, enrolled TEXT NOT NULL,
    held INTEGER NOT NULL DEFAULT 0, cloned INTEGER NOT NULL DEFAULT 0, boots TEXT NOT NULL DEFAULT '[]',
    channel TEXT, grp TEXT, version TEXT, at TEXT, boot_id TEXT, root_hash TEXT,
    failed TEXT NOT NULL DEFAULT '[]', last_seen TEXT, decision TEXT, offered TEXT
  ) STRICT;
  CREATE TABLE host_grant (
    id TEXT PRIMARY KEY, host TEXT NOT NULL REFERENCES host (id) ON DELETE CASCADE, version TEXT NOT NULL,
    release TEXT NOT NULL, granted TEXT NOT NULL, expires TEXT NOT NULL, outcome TEXT
  ) STRICT;
  CREATE UNIQUE INDEX open_grant ON host_grant (host, release) WHERE outcome IS NULL;
  CREATE TABLE report (
    seq INTEGER PRIMARY KEY, host TEXT NOT NULL REFERENCES host (id) ON DELETE CASCADE, id TEXT NOT NULL,
    grant_id TEXT, kind TEXT NOT NULL, from_version TEXT NOT NULL, version TEXT NOT NULL, boot_id TEXT NOT NULL,
    at TEXT NOT NULL, received TEXT NOT NULL, detail TEXT NOT NULL, UNIQUE (host, id)
  ) STRICT;

  CREATE TABLE token (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, name TEXT NOT NULL,
    created TEXT NOT NULL, revoked TEXT
  ) STRICT;
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL
  ) STRICT;
  CREATE TABLE readiness (id INTEGER PRIMARY KEY CHECK (id = 1), checked TEXT NOT NULL) STRICT;
  `,
  `
  CREATE TABLE rollout (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, channel TEXT NOT NULL, arch TEXT NOT NULL, version TEXT NOT NULL,
    release TEXT NOT NULL, policy_name TEXT NOT NULL, policy TEXT NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL, created TEXT NOT NULL, starts TEXT NOT NULL, ramp_ran INTEGER NOT NULL DEFAULT 0,
    ramp_since TEXT, canary_passed TEXT, full INTEGER NOT NULL DEFAULT 0, resumed TEXT NOT NULL,
    active INTEGER NOT NULL, in_flight INTEGER NOT NULL DEFAULT 0 CHECK (in_flight >= 0),
    confirmed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    canary_failed INTEGER NOT NULL DEFAULT 0, base_confirmed INTEGER NOT NULL DEFAULT 0,
    base_failed INTEGER NOT NULL DEFAULT 0, base_canary_failed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX current_rollout ON rollout (name, channel, arch) WHERE state <> 'superseded';
  CREATE TABLE policy (
    name TEXT NOT NULL, channel TEXT NOT NULL, policy_name TEXT NOT NULL, policy TEXT NOT NULL,
    PRIMARY KEY (name, channel)
  ) STRICT;

  ALTER TABLE host_grant ADD COLUMN rollout TEXT REFERENCES rollout (id);
  ALTER TABLE host_grant ADD COLUMN canary INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE host_grant ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE host_grant ADD COLUMN rebooting TEXT;
  ALTER TABLE host_grant ADD COLUMN closed TEXT;
  CREATE INDEX grant_of_rollout ON host_grant (rollout, granted);
  CREATE INDEX unfinished_grant ON host_grant (expires) WHERE outcome IS NULL;

  ALTER TABLE host ADD COLUMN said TEXT NOT NULL DEFAULT '';
  ALTER TABLE host ADD COLUMN pinned TEXT;
  ALTER TABLE host ADD COLUMN placed TEXT;
  ALTER TABLE host ADD COLUMN approved INTEGER NOT NULL DEFAULT 1;
  CREATE INDEX host_of_channel ON host (name, channel, arch);
  `,
  `
  CREATE TABLE session (
    hash TEXT PRIMARY KEY, token TEXT NOT NULL REFERENCES token (id), begun TEXT NOT NULL, used TEXT NOT NULL
  ) STRICT;
  ALTER TABLE audit ADD COLUMN before TEXT;
  ALTER TABLE audit ADD COLUMN after TEXT;
  CREATE TABLE version_count (
    at TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, hosts INTEGER NOT NULL,
    PRIMARY KEY (at, name, version)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE host_copy (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, credential_hash TEXT NOT NULL UNIQUE, machine_id TEXT NOT NULL,
    hostname TEXT NOT NULL, name TEXT NOT NULL, arch TEXT NOT NULL, enrolled TEXT NOT NULL,
    approved INTEGER NOT NULL DEFAULT 1, held INTEGER NOT NULL DEFAULT 0, pinned TEXT, placed TEXT,
    cloned INTEGER NOT NULL DEFAULT 0, boots TEXT NOT NULL DEFAULT '[]', channel TEXT, grp TEXT, version TEXT,
    boot_id TEXT, root_hash TEXT, failed TEXT NOT NULL DEFAULT '[]', said TEXT NOT NULL DEFAULT ''
  ) STRICT;
  INSERT INTO host_copy (number, id, credential_hash, machine_id, hostname, name, arch, enrolled, approved, held, pinned,
      placed, cloned, boots, channel, grp, version, boot_id, root_hash, failed)
    SELECT rowid, id, credential_hash, machine_id, hostname, name, arch, enrolled, approved, held, pinned,
      placed, cloned, boots, channel, grp, version, boot_id, root_hash, failed FROM host;
  CREATE TABLE sighting (
    host INTEGER PRIMARY KEY REFERENCES host (number) ON DELETE CASCADE,
    last_seen TEXT, at TEXT, decision TEXT, offered TEXT
  ) STRICT;
  INSERT INTO sighting SELECT rowid, last_seen, at, decision, offered FROM host;
  DROP TABLE host;
  ALTER TABLE host_copy RENAME TO host;
  ALTER TABLE host RENAME TO enrolled_host;
  CREATE INDEX host_of_channel ON enrolled_host (name, channel, arch);
  CREATE VIEW host AS SELECT enrolled_host.*, last_seen, at, decision, offered
    FROM enrolled_host JOIN sighting ON sighting.host = enrolled_host.number;
  `,
  `
  ALTER TABLE enrolled_host ADD COLUMN trouble TEXT;
  ALTER TABLE enrolled_host ADD COLUMN cancelled TEXT NOT NULL DEFAULT '[]';
  `,
  `
  CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  INSERT INTO setting SELECT 'enrolment', iif(EXISTS (SELECT 1 FROM token), 'open', 'token');
  ALTER TABLE enrolled_host ADD COLUMN key_hash TEXT;
  CREATE UNIQUE INDEX host_of_key ON enrolled_host (key_hash, machine_id) WHERE key_hash IS NOT NULL;
  CREATE INDEX unapproved_host ON enrolled_host (number) WHERE approved = 0;
  `,
  `
  CREATE TABLE watch (id INTEGER PRIMARY KEY CHECK (id = 1), ms INTEGER NOT NULL) STRICT;
  INSERT INTO watch VALUES (1, 0);
  ALTER TABLE sighting ADD COLUMN seen_ms INTEGER;
  UPDATE sighting SET seen_ms = 0 WHERE last_seen IS NOT NULL;
  DROP VIEW host;
  CREATE VIEW host AS SELECT enrolled_host.*, last_seen, at, decision, offered, seen_ms
    FROM enrolled_host JOIN sighting ON sighting.host = enrolled_host.number;

  ALTER TABLE release ADD COLUMN root_hash TEXT;
  UPDATE release SET root_hash = (
    SELECT content ->> '$.root.verity.rootHash' FROM target_file
    WHERE path = name || '/' || version || '/' || arch || '/' || release.sha256 || '.release.json' AND json_valid(content)
  );

  ALTER TABLE host_grant ADD COLUMN came_from TEXT;
  ALTER TABLE host_grant ADD COLUMN boot TEXT;
  ALTER TABLE host_grant ADD COLUMN odd_root TEXT;
  ALTER TABLE host_grant ADD COLUMN ended_by TEXT;
  ALTER TABLE host_grant ADD COLUMN lapses_ms INTEGER;
  ALTER TABLE host_grant ADD COLUMN heard_ms INTEGER;
  ALTER TABLE host_grant ADD COLUMN closed_ms INTEGER;
  ALTER TABLE host_grant ADD COLUMN excused INTEGER NOT NULL DEFAULT 0;
  UPDATE host_grant SET lapses_ms = 86400000, heard_ms = CASE WHEN rebooting IS NULL THEN NULL ELSE 0 END
    WHERE outcome IS NULL;
  CREATE INDEX grant_of_host ON host_grant (host, granted);

  ALTER TABLE rollout ADD COLUMN begun TEXT;
  ALTER TABLE rollout ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rollout ADD COLUMN resumed_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rollout ADD COLUMN silent INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rollout ADD COLUMN base_silent INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rollout ADD COLUMN halted_for TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE rollout ADD COLUMN halt_line INTEGER;
  UPDATE rollout SET begun = starts WHERE starts <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
  UPDATE rollout SET silent = (
    SELECT count(*) FROM host_grant WHERE rollout = rollout.id AND outcome = 'silent' AND counted = 1
  );

  ALTER TABLE enrolled_host ADD COLUMN standing TEXT;
  ALTER TABLE enrolled_host ADD COLUMN standing_version TEXT;
  ALTER TABLE enrolled_host ADD COLUMN standing_since TEXT;
  UPDATE enrolled_host SET (standing, standing_version, standing_since) = (
    SELECT coalesce(outcome, CASE WHEN rebooting IS NULL THEN 'under_way' ELSE 'rebooting' END), version,
      coalesce(closed, rebooting, granted)
    FROM host_grant WHERE host = enrolled_host.id ORDER BY granted DESC, rowid DESC LIMIT 1
  );
  `,
  `
  CREATE TABLE blob_check (sha256 TEXT PRIMARY KEY, checked TEXT NOT NULL) STRICT;
  `,
  `
  ALTER TABLE enrolled_host ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
  `,
  `
  CREATE TABLE check_in_change (
    host INTEGER NOT NULL REFERENCES enrolled_host (number) ON DELETE CASCADE, at TEXT NOT NULL, version TEXT NOT NULL,
    state TEXT NOT NULL, decision TEXT NOT NULL, offered TEXT, PRIMARY KEY (host, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX audit_of_subject ON audit (subject, seq);
  `,
  `
  ALTER TABLE sighting ADD COLUMN poll INTEGER;
  DROP VIEW host;
  CREATE VIEW host AS SELECT enrolled_host.*, last_seen, at, decision, offered, seen_ms, poll
    FROM enrolled_host JOIN sighting ON sighting.host = enrolled_host.number;
  `,
  `
  ALTER TABLE token ADD COLUMN used TEXT;
  ALTER TABLE token ADD COLUMN expires TEXT;
  `,
  `
  CREATE TABLE discovery (
    hash TEXT PRIMARY KEY, size INTEGER NOT NULL, made TEXT NOT NULL, expires TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX discovery_end ON discovery (expires);
  CREATE TABLE discovery_member (
    hash TEXT NOT NULL REFERENCES discovery (hash) ON DELETE CASCADE, position INTEGER NOT NULL, id TEXT NOT NULL,
    value TEXT NOT NULL, PRIMARY KEY (hash, position), UNIQUE (hash, id)
  ) STRICT, WITHOUT ROWID;
  `,
];
