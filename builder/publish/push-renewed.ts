import { submit } from './change/submit.ts';
import type { PublishServer } from './repository/server.ts';

/** Takes to the server what `renewKeys` signed, without any release. Returns false when the server has it all. */
export function pushRenewed(server: PublishServer, keysDir: string, now = new Date()): Promise<boolean> {
  return submit({ server, keysDir, name: 'metadata', action: 'renew', now }, async () => undefined);
}
