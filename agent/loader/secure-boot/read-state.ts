import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDb } from './read-db.ts';

/** Whether this host starts signed programs only. */
export interface SecureBootState {
  on: boolean;
  /** What the kernel keeps even root from: `none`, `integrity` or `confidentiality`; null when it does not say. */
  lockdown: string | null;
}

/** Asks firmware and kernel of the host at `root`. */
export async function readSecureBoot(root: string): Promise<SecureBootState> {
  const db = await readDb(join(root, 'sys/firmware/efi/efivars'));
  // a kernel without lockdown has no such file
  const text = await readFile(join(root, 'sys/kernel/security/lockdown'), 'utf8').catch(() => '');
  return { on: db !== null, lockdown: /\[(\w+)\]/.exec(text)?.[1] ?? null };
}
