import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrations } from '../../../../update-server/store/sqlite/migrations.ts';
import { openDatabase } from '../../../../update-server/store/sqlite/open.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('takes hosts, their grants and their reports over from a database of before sightings', () => {
  const old = new Database(join(folder, 'interlock.db'));
  for (const step of migrations.slice(0, 3)) old.exec(step);
  old.pragma('user_version = 3');
  old.exec(`
    INSERT INTO host (id, credential_hash, machine_id, hostname, name, arch, enrolled, boots, last_seen, at, decision, pinned)
      VALUES ('one', 'h1', 'm', 'web-1', 'core', 'x86-64', 't0', '["b"]', 't1', 'idle', 'held', '1.0'),
             ('two', 'h2', 'm', 'web-2', 'core', 'x86-64', 't0', '[]', NULL, NULL, NULL, NULL);
    INSERT INTO host_grant (id, host, version, release, granted, expires) VALUES ('g', 'one', '2.0', 'r', 't', 't');
    INSERT INTO report VALUES (1, 'one', 'x', 'g', 'written', '1.0', '2.0', 'b', 't', 't', '');
  `);
  old.close();

  const db = openDatabase(folder);
  expect(db.prepare('SELECT id, last_seen, at, decision, pinned, boots FROM host ORDER BY id').all()).toEqual(
    [
      { id: 'one', last_seen: 't1', at: 'idle', decision: 'held', pinned: '1.0', boots: '["b"]' },
      { id: 'two', last_seen: null, at: null, decision: null, pinned: null, boots: '[]' },
    ],
  );
  expect(db.pragma('foreign_key_check')).toEqual([]);
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  const left = () =>
    ['host_grant', 'report', 'sighting'].map((table) =>
      db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
  expect(left()).toEqual([1, 1, 2]);
  db.prepare("DELETE FROM enrolled_host WHERE id = 'one'").run();
  expect(left()).toEqual([0, 0, 1]);
  db.close();
});

it('keeps enrolment as it was in a folder that is in use, and wants join tokens in a new one', () => {
  const enrolment = (db: Database.Database) => db.prepare('SELECT name, value FROM setting').all();
  const fresh = openDatabase(join(folder, 'fresh'));
  expect(enrolment(fresh)).toEqual([{ name: 'enrolment', value: 'token' }]);
  fresh.close();

  const old = new Database(join(folder, 'interlock.db'));
  for (const step of migrations.slice(0, 3)) old.exec(step);
  old.pragma('user_version = 3');
  old.exec("INSERT INTO token VALUES ('t', 'h', 'admin', 'first start', 't0', NULL)");
  old.close();
  const db = openDatabase(folder);
  expect(enrolment(db)).toEqual([{ name: 'enrolment', value: 'open' }]);
  db.close();
});

it('keeps when hosts of the former schema were seen, and knows no poll of them', () => {
  const old = new Database(join(folder, 'interlock.db'));
  old.pragma('foreign_keys = OFF');
  for (const step of migrations.slice(0, 8)) old.exec(step);
  old.pragma('user_version = 8');
  old.exec(`
    INSERT INTO enrolled_host (number, id, credential_hash, machine_id, hostname, name, arch, enrolled, version)
      VALUES (1, 'one', 'h1', 'm', 'web-1', 'core', 'x86-64', 't0', '1.0');
    INSERT INTO sighting (host, last_seen, at, decision, seen_ms) VALUES (1, 't1', 'locked', 'offered', 7);
  `);
  old.close();
  const db = openDatabase(folder);
  expect(db.prepare('SELECT id, version, at, decision, seen_ms, poll FROM host').all()).toEqual([
    { id: 'one', version: '1.0', at: 'locked', decision: 'offered', seen_ms: 7, poll: null },
  ]);
  db.close();
});

it('copies the former database before its schema changes, once, for its owner alone', () => {
  const file = join(folder, 'interlock.db');
  const old = new Database(file);
  for (const step of migrations.slice(0, 3)) old.exec(step);
  old.pragma('user_version = 3');
  old.exec("INSERT INTO token VALUES ('t', 'h', 'admin', 'first start', 't0', NULL)");
  old.close();
  writeFileSync(`${file}.schema-2`, 'an earlier copy');
  for (const _ of ['migrated', 'as it is']) openDatabase(folder).close();

  const copies = readdirSync(folder).filter((name) => name.includes('schema'));
  expect(copies).toEqual(['interlock.db.schema-3']);
  const copy = join(folder, copies[0]!);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  const former = new Database(copy);
  expect(former.pragma('user_version', { simple: true })).toBe(3);
  expect(former.prepare('SELECT name FROM token').pluck().all()).toEqual(['first start']);
  former.close();
});
