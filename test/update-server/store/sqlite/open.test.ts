import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../../update-server/store/sqlite/open.ts';
import { scratch } from '../../support/start-server.ts';

it('asks for a sync of every commit on every connection', () => {
  const { dir, remove } = scratch();
  for (const _ of ['first', 'second']) {
    const db = openDatabase(dir);
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  }
  remove();
});

it('leaves a database of a newer server as it is', () => {
  const { dir, remove } = scratch();
  openDatabase(dir).close();
  const file = join(dir, 'interlock.db');
  const db = new Database(file);
  db.pragma('user_version = 99');
  db.close();
  const before = readFileSync(file);
  expect(() => openDatabase(dir)).toThrow('a newer one');
  expect(readFileSync(file).equals(before)).toBe(true);
  remove();
});
