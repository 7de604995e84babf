import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { openTrust } from '../../agent/trust/open-trust.ts';
import { initKeys } from '../../builder/keys/init.ts';
import { publish } from '../../builder/publish/publish.ts';
import { createClient } from '../../cli/client/client.ts';
import { adminToken, startServer } from '../../test/update-server/support/start-server.ts';
import type { Pair } from './pairs.ts';

const channel = 'stable';

/**
 * Bytes on the wire, heads of answers included, that a host which follows a channel fetches before the payload: what is
 * signed anew when the next version of the pair, in folder `dir`, becomes the channel's head.
 */
export async function metadataBytes({ old, next }: Pair, dir: string, work: string): Promise<number> {
  const keysDir = join(work, 'keys');
  await initKeys(keysDir, { channels: [channel], threshold: 1, keys: 1 });
  const server = await startServer(join(work, 'data'), '--online-keys', join(keysDir, 'online'));
  const wire = await countBytes(server.url);
  try {
    const { name, arch } = next.release;
    const trust = openTrust({
      cacheDir: join(work, 'trust'),
      imageRoot: join(keysDir, 'metadata/root.json'),
      server: wire.url,
      ...{ name, channel, clock: { now: () => new Date() } },
    });
    const operator = createClient({ server: server.url, token: adminToken(server) });
    const bytesOf = async (version: string, releaseDir: string) => {
      await publish({ server: operator, keysDir, releaseDir, channel });
      const before = wire.received();
      const { rootHash } = old.release.root.verity;
      const running = { bootId: 'boot', slot: 'a', rootHash, name, version: '0', arch } as const;
      await trust.accept({ version, grant: null }, running, 'server');
      return wire.received() - before;
    };
    await bytesOf(old.release.version, old.dir);
    return await bytesOf(next.release.version, dir);
  } finally {
    await wire.close();
    await server.end();
  }
}

interface Wire {
  url: string;
  /** Bytes that came from the server so far. */
  received(): number;
  close(): Promise<void>;
}

/** A connection to a server that counts. */
async function countBytes(to: string): Promise<Wire> {
  const { hostname, port } = new URL(to);
  const open = new Set<Socket>();
  let received = 0;
  const listener = createServer((near) => {
    const far = connect(Number(port), hostname);
    far.on('data', (bytes) => {
      received += bytes.length;
    });
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) open.add(socket.on('error', () => near.destroy()));
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    received: () => received,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
