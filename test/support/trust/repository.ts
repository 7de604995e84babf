import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initKeys } from '../../../builder/keys/init.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { type Client, createClient } from '../../../cli/client/client.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import { loadOnlineKeys } from '../../../update-server/start/adopt-online-keys.ts';
import { makeRelease, type TestRelease } from './release.ts';
import { startTestServer, type TestServer } from './server.ts';

/** Keys, an update server and a client for it, in a folder that goes away with them. */
export interface TestRepository {
  dir: string;
  keysDir: string;
  server: TestServer;
  client: Client;
  /** Makes a release and publishes it. */
  publish(release: TestRelease, channel?: string, now?: Date): Promise<Release>;
  close(): Promise<void>;
}

/** Sets up keys for alpha and stable, and an empty server with the online ones. */
export async function makeRepository(
  options: { threshold?: number; keys?: number; now?: Date } = {},
): Promise<TestRepository> {
  const dir = await mkdtemp(join(tmpdir(), 'interlock-trust-'));
  const keysDir = join(dir, 'keys');
  const { threshold = 1, keys = threshold, now } = options;
  await initKeys(keysDir, { channels: ['alpha', 'stable'], threshold, keys }, now);
  const server = await startTestServer(await loadOnlineKeys(join(keysDir, 'online')));
  const client = createClient({ server: server.url });
  return {
    dir,
    keysDir,
    server,
    client,
    publish: async (wanted, channel = 'alpha', at = new Date()) => {
      const { dir: releaseDir, release } = await makeRelease(dir, wanted);
      server.now = () => at;
      await publish({ server: client, keysDir, releaseDir, channel, now: at });
      return release;
    },
    close: async () => {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
