import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { parseJson } from '../../../protocol/schema/schema.ts';
import { writeDurably } from '../../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../../system/files/private-files.ts';

/** What a host knows of the user-data it was made from. Later formats may add keys. */
const Record = Type.Object({
  format: Type.Literal(1),
  instanceId: Type.String(),
  source: Type.String(),
  at: Type.String(),
  /** Everything was tried once; then only what failed is tried again, at each boot. */
  complete: Type.Boolean(),
  /** What must not be done twice, and was begun. */
  begun: Type.Array(Type.String()),
  /** What failed, what the document has wrong, and what its source may not ask for. */
  problems: Type.Array(Type.Object({ item: Type.String(), problem: Type.String() })),
});
export type Record = Static<typeof Record>;

/** Where it lies. */
export const recordFile = '/var/lib/interlock/user-data/instance.json';

/** Reads it; null on a host without user-data, and where it is damaged: then everything is done again. */
export async function readRecord(root: string): Promise<Record | null> {
  const path = join(root, recordFile);
  try {
    return parseJson(Record, await readFile(path, 'utf8'), path);
  } catch {
    // none, or torn by a disk: an instance that is not known is a new one on the same host
    return null;
  }
}

/** Keeps it. */
export async function writeRecord(root: string, record: Record): Promise<void> {
  const path = join(root, recordFile);
  await mkdir(dirname(path), { recursive: true, mode: privateFolder });
  await writeDurably(path, `${JSON.stringify(record, null, 1)}\n`, privateFile);
}

/** The record of an instance that nothing was done for yet. */
export function newRecord(instanceId: string, source: string, now: Date): Record {
  return { format: 1, instanceId, source, at: now.toISOString(), complete: false, begun: [], problems: [] };
}
