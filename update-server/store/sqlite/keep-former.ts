import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { measureDisk } from '../../disk/disk.ts';
import { makePrivate } from '../../disk/private-file.ts';

/** The copy must leave the disk room for the change itself, and for what hosts report. */
const spare = 3;

/**
 * Copies a database as `interlock.db.schema-N` before its schema changes, so that the former server can be started again; an earlier copy goes.
 * A disk without room for it gets none: the change itself happens in one transaction.
 */
export function keepFormer(db: Database.Database, file: string, schema: number): void {
  const [folder, prefix] = [dirname(file), `${basename(file)}.schema-`];
  for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(join(folder, name));
  if (measureDisk(folder).free < spare * statSync(file).size) return;
  const copy = join(folder, `${prefix}${schema}`);
  makePrivate(copy);
  db.prepare('VACUUM INTO ?').run(copy);
}
