import { join } from 'node:path';
import { imageFloorFile, imageRootFile } from '../../protocol/boot/host-layout.ts';
import { isClockSynchronised } from '../hosts/clock.ts';
import type { ClockPort } from '../ports/clock.ts';
import type { TrustPort } from '../ports/trust.ts';
import { openTrust } from '../trust/open-trust.ts';
import type { Context } from './context.ts';
import { refuse } from './refuse.ts';

/** Opens the signed metadata of the server or of the offline bundle; null when there is neither. */
export function openTrustPort(context: Context, clock: ClockPort): TrustPort | null {
  const { paths, settings, name, problem, bundle } = context;
  if (problem) return refuse(problem);
  const server = bundle ?? settings.server;
  if (server === null) return null;
  return openTrust({
    cacheDir: join(paths.state, 'trust'),
    imageRoot: join(paths.image, imageRootFile),
    imageFloor: join(paths.image, imageFloorFile),
    server,
    ...(settings.ca ? { ca: settings.ca } : {}),
    name,
    channel: settings.channel,
    clock,
    ...(settings.machine === 'file' ? {} : { isClockSynchronised }),
  });
}
