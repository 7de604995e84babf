import { readFile } from 'node:fs/promises';
import { parseJson } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { holdLock } from '../../system/files/hold-lock.ts';
import { privateFile } from '../../system/files/private-files.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import { authorityPaths } from '../folder/paths.ts';
import { emptyRegister, Register } from './register.ts';

/** Longest that one process waits for another that changes the register, in seconds. */
const patience = { seconds: 30, onWait: () => {} };

/** Reads what the signer remembers. */
export async function readRegister(dir: string): Promise<Register> {
  const { register: file } = authorityPaths(dir);
  const text = await readFile(file, 'utf8').catch(ifAbsent(file, undefined));
  return text === undefined ? emptyRegister : parseJson(Register, text, file);
}

/** Changes it, one process after the other; what is returned without a register leaves it as it is. */
export async function changeRegister<T extends object>(
  dir: string,
  change: (register: Register) => T & { register?: Register },
): Promise<T> {
  const paths = authorityPaths(dir);
  const unlock = await holdLock(paths.lock, 'interlock etcd', patience);
  try {
    const changed = change(await readRegister(dir));
    if (changed.register)
      await writeDurably(paths.register, `${JSON.stringify(changed.register, null, 1)}\n`, privateFile);
    return changed;
  } finally {
    await unlock();
  }
}
