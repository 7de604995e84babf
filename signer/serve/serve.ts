import { generateKeyPairSync } from 'node:crypto';
import { dayMs } from '../../protocol/time/durations.ts';
import { issueForKey } from '../../system/x509/issue-for-key.ts';
import { type EtcdAuthority, readAuthority } from '../folder/read-authority.ts';
import { createSigner } from './app.ts';

/** Where a signer listens, and by which names hosts call it. */
export interface ServeOptions {
  dir: string;
  host: string;
  port: number;
  names: readonly string[];
  log(text: string): void;
}

/** A signer that runs. */
export interface RunningSigner {
  url: string;
  stop(): Promise<void>;
}

const ownDays = 30;

/** Starts the signer. Its own certificate is made anew at each start and each day, and is never on a disk. */
export async function serveSigner({ dir, host, port, names, log }: ServeOptions): Promise<RunningSigner> {
  const authority = await readAuthority(dir);
  const now = () => new Date();
  const app = createSigner({ dir, authority, tls: ownTls(authority, names, now()), now, log });
  await app.listen({ host, port });
  const daily = setInterval(() => app.server.setSecureContext(contextOf(authority, names, now())), dayMs);
  daily.unref();
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `https://${names[0]}:${bound}`,
    stop: async () => {
      clearInterval(daily);
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

function contextOf(authority: EtcdAuthority, names: readonly string[], now: Date) {
  return { ...ownTls(authority, names, now), ca: authority.clients.certificate };
}

function ownTls({ clients }: EtcdAuthority, names: readonly string[], now: Date) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { cert: issueForKey({ publicKey, names, days: ownDays, now }, clients), key: privateKey };
}
