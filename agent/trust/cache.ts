import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { parseJson, Time, Version } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../system/files/private-files.ts';

/** What a host has verified and must not forget. One file, so that it is replaced whole; unknown fields are kept. */
export const Cache = Type.Object({
  format: Type.Literal(1),
  /** Metadata texts by file name, as the TUF library keeps them. */
  metadata: Type.Record(Type.String(), Type.String()),
  /** Highest serial seen, by channel target. */
  serials: Type.Record(Type.String(), Type.Integer()),
  /** Latest moment that verified metadata proves to have passed, or null. */
  verifiedAt: Type.Union([Time, Type.Null()]),
  /** Releases accepted lately, oldest first, each with the oldest version that can run on its state. */
  accepted: Type.Array(Type.Object({ version: Version, stateCompat: Version })),
});
export type Cache = Static<typeof Cache>;

const file = 'trust.json';

/** Reads the cache; a missing or unreadable one is an empty one: the image's root and floor take over. */
export async function loadCache(dir: string): Promise<Cache> {
  try {
    return parseJson(Cache, await readFile(join(dir, file)), file, 'state_invalid');
  } catch {
    // the image's root and floor take over
    return { format: 1, metadata: {}, serials: {}, verifiedAt: null, accepted: [] };
  }
}

/** Replaces the cache so that a power cut leaves the old or the new one. */
export async function saveCache(dir: string, cache: Cache): Promise<void> {
  await writeDurably(join(dir, file), JSON.stringify(cache), privateFile);
}

/** Makes the folder, and removes what a run that was cut has left in it. */
export async function tidyCache(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: privateFolder });
  const isStray = (name: string) =>
    name === 'scratch' || (name.startsWith(`${file}.`) && name.endsWith('.tmp'));
  const strays = (await readdir(dir)).filter(isStray);
  for (const name of strays) await rm(join(dir, name), { recursive: true, force: true });
}
