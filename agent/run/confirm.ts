import type { HostPort } from '../ports/host.ts';
import type { LoaderPort } from '../ports/loader.ts';

/**
 * Marks the booted release good once its health checks held. The whole root is read first: what does not read back
 * now panics under dm-verity and falls back, and after the mark there would be no counter left for that.
 */
export async function confirm(
  host: Pick<HostPort, 'readRoot'>,
  loader: Pick<LoaderPort, 'markGood'>,
  generation: number,
  signal: AbortSignal,
): Promise<void> {
  await host.readRoot(signal);
  await loader.markGood(generation);
}
