import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Running } from '../../../agent/ports/host.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import { openTrust, type TrustOptions } from '../../../agent/trust/open-trust.ts';
import type { TrustFloor } from '../../../protocol/documents/trust.ts';
import type { TestRepository } from './repository.ts';

/** A host's trust: an image with root and floor, an empty cache, and a clock that a test may turn. */
export interface TestHost {
  cacheDir: string;
  options: TrustOptions & { clock: { at: Date | undefined } };
  /** Offers a version to the host, which runs another one. */
  offer(version: string, running: string, order?: 'server' | 'operator'): Promise<Target>;
  cache(): Promise<string | undefined>;
}

/** Makes a host that was installed when the repository had the root it has in its keys folder. */
export async function makeHost(
  repository: TestRepository,
  { channel = 'alpha', ...floor }: Partial<TrustFloor> & { channel?: string } = {},
): Promise<TestHost> {
  const dir = await mkdtemp(join(repository.dir, 'host-'));
  await mkdir(join(dir, 'image'));
  const imageRoot = join(dir, 'image/root.json');
  const imageFloor = join(dir, 'image/trust-floor.json');
  await copyFile(join(repository.keysDir, 'metadata/1.root.json'), imageRoot);
  const whole: TrustFloor = { format: 1, built: '2026-01-01T00:00:00Z', root: 1, channels: {}, ...floor };
  await writeFile(imageFloor, JSON.stringify(whole));
  const cacheDir = join(dir, 'cache');
  const clock = { at: undefined as Date | undefined, now: () => clock.at ?? new Date() };
  const options = {
    cacheDir,
    imageRoot,
    imageFloor,
    server: repository.server.url,
    name: 'tiny',
    channel,
    clock,
  };
  return {
    cacheDir,
    options,
    offer: (version, running, order = 'server') =>
      openTrust(options).accept({ version, grant: 'grant-0001' }, runningVersion(running), order),
    cache: () => readFile(join(cacheDir, 'trust.json'), 'utf8').catch(() => undefined),
  };
}

/** What a host of the x86-64 test image runs. */
export function runningVersion(version: string): Running {
  const rootHash = randomBytes(32).toString('hex');
  return { bootId: 'boot-0001', slot: 'a', rootHash, name: 'tiny', version, arch: 'x86-64' };
}
