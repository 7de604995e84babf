import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import { privateFile } from '../../system/files/private-files.ts';

/** Why the last run ended before its time, when the state could not record it. */
export const Trouble = Type.Object({ at: Type.String(), code: Type.String(), problem: Type.String() });
export type Trouble = Static<typeof Trouble>;

/** Notes beside the state, in the folder that is gone with the boot, why a run ended; null once one ended well. */
export async function noteTrouble(run: string, error: unknown, now: Date): Promise<void> {
  const file = join(run, 'trouble.json');
  if (error === null) return rm(file, { force: true });
  const { code, message } = asInterlockError(error);
  const trouble: Trouble = { at: now.toISOString(), code, problem: message };
  await writeFile(file, JSON.stringify(trouble), { mode: privateFile });
}

/** What was noted last, or null. */
export async function readTrouble(run: string): Promise<Trouble | null> {
  try {
    return parseJson(Trouble, await readFile(join(run, 'trouble.json')), 'trouble.json');
  } catch {
    // the last run ended well, or its note is unreadable; the next run writes it anew
    return null;
  }
}
