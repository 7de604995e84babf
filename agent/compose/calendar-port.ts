import { join } from 'node:path';
import { imageFloorFile } from '../../protocol/boot/host-layout.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { isClockSynchronised } from '../hosts/clock.ts';
import type { CalendarPort, Opening } from '../ports/calendar.ts';
import { loadCache } from '../trust/cache.ts';
import { checkClock } from '../trust/check-clock.ts';
import { readFloor } from '../trust/image-trust.ts';
import type { Context } from './context.ts';

/**
 * Opens the host's own windows. A clock that is behind what was proven, or that nothing synchronizes, says nothing about the
 * hour: the windows are closed until it does.
 */
export function openCalendarPort({ paths, settings }: Pick<Context, 'paths' | 'settings'>): CalendarPort {
  const { windows, machine } = settings;
  return {
    async opening(now): Promise<Opening> {
      if (windows.length === 0) return { isOpen: true };
      try {
        const { built } = await readFloor(join(paths.image, imageFloorFile));
        const { verifiedAt } = await loadCache(join(paths.state, 'trust'));
        checkClock(now, [built, verifiedAt]);
      } catch (error) {
        if (!(error instanceof InterlockError) || error.code !== 'clock_behind') throw error;
        const reason = `its windows are closed: ${error.message}`;
        return { isOpen: false, next: null, reason, code: 'clock_behind' };
      }
      if (machine !== 'file' && !(await isClockSynchronised())) {
        const reason = 'its windows are closed: the clock is not synchronized, so the hour is not known';
        return { isOpen: false, next: null, reason, code: 'clock_unsure' };
      }
      // most hosts have no windows, and need not load the calendar
      const { isOpen, nextOpening } = await import('../../system/time/window.ts');
      if (isOpen(windows, now)) return { isOpen: true };
      const next = nextOpening(windows, now).toISOString();
      return { isOpen: false, next, reason: `outside its own windows; the next one opens at ${next}` };
    },
  };
}
