import { basename } from 'node:path';
import { command } from './commands.ts';
import type { Site, SiteOptions } from './demo-host.ts';

/** Publishes a release to the channel that the hosts of the demo follow. */
export async function publish(
  release: string,
  { env, keys, announce }: Pick<Site, 'env' | 'keys'> & Pick<SiteOptions, 'announce'>,
): Promise<void> {
  announce('Publish', `interlock publish releases/${basename(release)} --keys keys --channel stable`);
  await command(['publish', release, '--keys', keys, '--channel', 'stable'], env);
}
