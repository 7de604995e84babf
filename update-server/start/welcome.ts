import { join } from 'node:path';
import { writeDurably } from '../../system/files/durable.ts';
import { createToken } from '../auth/create-token.ts';
import { makeSecret } from '../auth/secret.ts';
import type { Store } from '../store/interface/store.ts';

/** How the operator gets the first token. */
export interface WelcomeOptions {
  dataDir: string;
  /** Prints where the first admin token is. */
  print(line: string): void;
  /** Prints the token itself; not given when what is printed is kept where others read it, such as a journal. */
  printSecret?: ((line: string) => void) | undefined;
}

/** Creates the first admin token. It is in a file before it is valid, so that no crash can lose it. */
export async function welcome(store: Store, { dataDir, print, printSecret }: WelcomeOptions): Promise<void> {
  const tokens = await store.tokens();
  if (tokens.some(({ role }) => role === 'admin')) return;
  const token = makeSecret('admin');
  const file = join(dataDir, 'admin-token');
  await writeDurably(file, `${token}\n`, 0o600);
  await createToken(store, { role: 'admin', name: 'first start', who: 'server', now: new Date(), token });
  printSecret?.(`admin token: ${token}`);
  print(`the first admin token is in ${file}: keep it elsewhere and remove the file`);
}
