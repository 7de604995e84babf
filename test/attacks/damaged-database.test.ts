import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskFailureOf } from '../../protocol/errors/disk-failure.ts';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { groupCommits } from '../../update-server/store/sqlite/group-commit.ts';
import { openSqliteStore } from '../../update-server/store/sqlite/store.ts';
import { enrolHost } from '../update-server/support/enrol.ts';
import { makeApp } from '../update-server/support/make-app.ts';
import { interlock, scratch } from '../update-server/support/start-server.ts';

let dir: string;
let remove: () => void;
let file: string;
const at = '2026-03-01T12:00:00.000Z';

beforeEach(async () => {
  ({ dir, remove } = scratch());
  file = join(dir, 'interlock.db');
  const store = openSqliteStore(dir);
  for (let n = 0; n < 300; n++) await enrolHost(store, `host-${String(n).padStart(4, '0')}`, at);
  await store.close();
});
afterEach(() => remove());

function overwrite(position: number, bytes: Buffer): void {
  const open = openSync(file, 'r+');
  writeSync(open, bytes, 0, bytes.length, position);
  closeSync(open);
}
const pages = () => Math.floor(statSync(file).size / 4096);

describe('a database that is damaged', () => {
  it.each([
    ['cut to half', () => truncateSync(file, statSync(file).size / 2)],
    ['cut inside a page', () => truncateSync(file, statSync(file).size - 5000)],
    ['a page of 0xff', () => overwrite(Math.floor(pages() / 2) * 4096, Buffer.alloc(4096, 0xff))],
    ['a page of zeros', () => overwrite(Math.floor(pages() / 3) * 4096, Buffer.alloc(4096))],
    ['its first page overwritten', () => overwrite(0, Buffer.alloc(4096, 'x'))],
    [
      'something else',
      () => writeFileSync(file, 'no database at all, but long enough to be read as one '.repeat(200)),
    ],
  ])('by being %s is refused at the start, with what to do', (_how, damage) => {
    damage();
    expect(() => openSqliteStore(dir)).toThrow(
      expect.objectContaining({
        code: 'server_unready',
        message: expect.stringContaining('restore a backup'),
      }),
    );
  });

  it('is no defect to who starts the server', async () => {
    overwrite(0, Buffer.alloc(4096, 'x'));
    const { code, err } = await interlock('serve', '--data', dir, '--listen', '127.0.0.1:0');
    expect(code).toBe(75);
    expect(err).toContain('restore a backup');
    expect(err).not.toContain('defect');
  });
});

describe('a database that is gone', () => {
  it.each(['online', 'blobs'])('from a folder with %s is not begun anew', (folder) => {
    rmSync(file);
    writeFileSync(join(dir, folder), '');
    expect(() => openSqliteStore(dir)).toThrow('restore a backup');
    writeFileSync(file, '');
    expect(() => openSqliteStore(dir)).toThrow('restore a backup');
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});

describe('a row that says nothing', () => {
  const spoil = (sql: string) => new Database(file).exec(sql).close();

  it.each([
    ['the repository', "UPDATE repository SET state = 'x'", '/v1/trust'],
    ['the repository again', "UPDATE repository SET state = ''", '/v1/overview'],
  ])('in %s is server_unready', async (_where, sql, url) => {
    spoil(sql);
    const desk = await makeApp({ store: openSqliteStore(dir) });
    const { status, body } = await desk.get(url);
    expect([status, body.kind]).toEqual([503, 'server_unready']);
    expect(body.value).toContain('restore a backup');
    await desk.close();
  });

  it('of one host hides no other', async () => {
    spoil("UPDATE enrolled_host SET failed = '[', boots = '{' WHERE number = 1");
    const desk = await makeApp({ store: openSqliteStore(dir) });
    expect((await desk.get('/v1/hosts?limit=200')).body.hosts).toHaveLength(200);
    expect((await desk.get('/v1/hosts/host-0000')).status).toBe(200);
    await desk.close();
  });
});

describe('a disk that fails', () => {
  const failure = (code: string) => Object.assign(new Error('disk I/O error'), { code });

  it.each([
    ['SQLITE_IOERR_WRITE', 503, 'disk_failed'],
    ['SQLITE_IOERR_FSYNC', 503, 'disk_failed'],
    ['SQLITE_READONLY_DBMOVED', 503, 'disk_failed'],
    ['SQLITE_CANTOPEN', 503, 'disk_failed'],
    ['SQLITE_FULL', 507, 'disk_full'],
    ['SQLITE_CORRUPT_INDEX', 503, 'server_unready'],
    ['SQLITE_NOTADB', 503, 'server_unready'],
    ['SQLITE_BUSY_SNAPSHOT', 503, 'server_unready'],
    ['EIO', 503, 'disk_failed'],
    ['EROFS', 503, 'disk_failed'],
    ['ENOSPC', 507, 'disk_full'],
    ['EDQUOT', 507, 'disk_full'],
  ])('with %s is answered %i %s, and is no defect', async (code, status, kind) => {
    const store = openSqliteStore(dir);
    const fail = async () => {
      throw failure(code);
    };
    const desk = await makeApp({ store: { ...store, findHosts: fail, ping: fail } });
    expect(await desk.get('/v1/hosts')).toMatchObject({ status, body: { kind } });
    const ready = await desk.get('/readyz');
    expect(ready).toMatchObject({ status: 503, body: { kind: 'server_unready' } });
    expect(ready.body.value).not.toContain('defect');
    await desk.close();
  });

  it('is told from what is a defect', () => {
    expect(diskFailureOf(new TypeError('x'))).toBeUndefined();
    expect(asInterlockError(failure('SQLITE_CONSTRAINT_UNIQUE')).code).toBe('internal');
  });
});

describe('a commit that finds no room', () => {
  it.each([
    [true, 'is tried once more when some can be made'],
    [false, 'fails when there is none, and all of it is undone'],
  ])('(%s) %s', async (hasMore) => {
    const db = new Database(join(dir, 'small.db'));
    db.exec('CREATE TABLE t (x TEXT); PRAGMA max_page_count = 4');
    let asked = 0;
    const write = groupCommits(db, () => {
      asked++;
      if (hasMore) db.pragma('max_page_count = 1000');
      return hasMore;
    });
    const put = db.prepare('INSERT INTO t VALUES (?)');
    const jobs = Array.from({ length: 10 }, (_, n) => write(() => put.run(`${n}`.repeat(5000))));
    const results = await Promise.allSettled(jobs);
    expect(new Set(results.map((result) => result.status))).toEqual(
      new Set([hasMore ? 'fulfilled' : 'rejected']),
    );
    expect(asked).toBe(1);
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(hasMore ? 10 : 0);
    db.close();
  });
});
