import { access, link, mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { syncFolder, writeDurably } from '../../system/files/durable.ts';
import { freshMemory, type Memory } from '../state-machine/memory.ts';
import { checkMemory } from './check-memory.ts';
import { savePastFull } from './reserve.ts';

/** The agent's memory on the disk. */
export interface Store {
  /** What is known, for those who only look: nothing is changed. */
  read(now: Date): Promise<{ memory: Memory; problem: InterlockError | null }>;
  /**
   * The same for a run. A damaged file is kept aside, and the memory that takes its place says so: the agent then starts
   * from facts and guesses no hold.
   */
  load(now: Date): Promise<{ memory: Memory; problem: InterlockError | null }>;
  /** Durable when it returns. */
  save(memory: Memory): Promise<void>;
}

/** Opens the state in `folder`; a run creates the folder when it is missing. */
export function openStore(folder: string): Store {
  const file = join(folder, 'state.json');
  const save = async (memory: Memory) => {
    const text = `${JSON.stringify(memory, null, 1)}\n`;
    await savePastFull(folder, () => writeDurably(file, text, 0o600));
  };

  async function read(now: Date) {
    try {
      return { memory: await readMemory(folder, file, now), problem: null };
    } catch (error) {
      const problem = asInterlockError(error);
      return { memory: withoutMemory(now, problem), problem };
    }
  }

  return {
    read,
    async load(now) {
      await makeFolder(folder);
      const { memory, problem } = await read(now);
      if (!problem) return { memory, problem };
      // what could not be read may be whole: another try, and nothing in its place
      if (isUnreadable(problem)) throw problem;
      await setAside(file, now);
      await save(memory);
      return { memory, problem };
    },
    save,
  };
}

/** Throws `state_invalid` for a damaged file, and for one that is gone from a host that was enrolled. */
async function readMemory(folder: string, file: string, now: Date): Promise<Memory> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new InterlockError('state_invalid', { file, problem: error.message }, { cause: error });
  });
  if (text !== null) return checkMemory(text, file);
  if (!(await isThere(join(folder, 'identity.json')))) return freshMemory(now.toISOString());
  throw new InterlockError('state_invalid', { file, problem: 'it is gone, and this host is enrolled' });
}

function isUnreadable({ cause }: InterlockError): boolean {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return /^E(?!ISDIR)/.test(code ?? '');
}

function withoutMemory(now: Date, { code, message }: InterlockError): Memory {
  const at = now.toISOString();
  const lost = { at, code, problem: `the agent’s memory was lost: ${message}` };
  return { ...freshMemory(at), problem: lost, lost: { state: lost } };
}

/** Keeps what is left of a damaged file. After a power cut it lies under one of the two names. */
export async function setAside(file: string, now: Date): Promise<void> {
  const aside = `${file}.broken-${now.toISOString().replace(/[:.]/g, '-')}`;
  await link(file, aside).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return;
    // a folder in the file's place has no second name
    await rename(file, aside);
  });
  await syncFolder(dirname(file));
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Makes the state's folder, readable by its owner only, and its name durable. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first) await syncFolder(dirname(first));
}
