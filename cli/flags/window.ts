import type { Window } from '../../protocol/documents/window.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** The flag of verbs that start rollouts and preview them. */
export const windowOption = [
  '--window <hours>',
  'hosts start only in these hours, in place of the policy’s windows: 22:00-05:00 (the zone of this machine), or "22:00-05:00 Europe/Berlin"',
] as const;

const pattern =
  /^([01]?\d|2[0-3]):([0-5]\d) ?(?:-|–|to) ?([01]?\d|2[0-3]):([0-5]\d)(?: ([A-Za-z][\w/+-]*))?$/;

/** The hours that a person names. Throws `usage` for what are none. */
export function readWindow(
  given: string,
  here = new Intl.DateTimeFormat().resolvedOptions().timeZone,
): Window {
  const [, fromHour = '', fromMinute, toHour = '', toMinute, zone = here] = pattern.exec(given.trim()) ?? [];
  if (!fromHour) {
    const problem = `--window is ${given}; give hours such as 22:00-05:00, or "22:00-05:00 Europe/Berlin"`;
    throw new InterlockError('usage', { problem });
  }
  return {
    from: `${fromHour.padStart(2, '0')}:${fromMinute}`,
    to: `${toHour.padStart(2, '0')}:${toMinute}`,
    zone,
  };
}
