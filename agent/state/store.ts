import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asInterlockError, InterlockError } from '../../protocol/errors.ts';
import { syncFolder, writeDurably } from '../../system/durable.ts';
import { freshMemory, type Memory } from '../machine/memory.ts';
import { checkMemory } from './check-memory.ts';
import { savePastFull } from './reserve.ts';

/** The agent's memory on the disk. */
export interface Store {
  /** A damaged file is kept aside and said in `problem`; the agent then starts from facts and guesses no hold. */
  load(now: Date): Promise<{ memory: Memory; problem: InterlockError | null }>;
  /** Durable when it returns. */
  save(memory: Memory): Promise<void>;
}

/** Opens the state in `folder`; the folder is created when missing. */
export function openStore(folder: string): Store {
  const file = join(folder, 'state.json');
  return {
    async load(now) {
      await makeFolder(folder);
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw new InterlockError('state_invalid', { file, problem: error.message }, { cause: error });
      });
      if (text === null) return { memory: freshMemory(now.toISOString()), problem: null };
      try {
        return { memory: checkMemory(text, file), problem: null };
      } catch (error) {
        const aside = `${file}.broken-${now.toISOString().replace(/[:.]/g, '-')}`;
        await rename(file, aside);
        await syncFolder(folder);
        const problem = asInterlockError(error);
        return { memory: freshMemory(now.toISOString()), problem };
      }
    },
    async save(memory) {
      const text = `${JSON.stringify(memory, null, 1)}\n`;
      await savePastFull(folder, () => writeDurably(file, text, 0o600));
    },
  };
}

/** Makes the state's folder, readable by its owner only, and its name durable. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first) await syncFolder(dirname(first));
}
