import { type Static, Type } from 'typebox';
import { strict } from '../schema/schema.ts';

const ClockTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
const Day = Type.Enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']);

/** Hours in which hosts may start: of a rollout's policy, or of a host's own. */
export const Window = strict({
  days: Type.Optional(Type.Array(Day, { minItems: 1 })),
  from: ClockTime,
  to: ClockTime,
  /** IANA name, such as Europe/Berlin. */
  zone: Type.String({ maxLength: 64 }),
});
export type Window = Static<typeof Window>;

/** More windows than anybody writes; each one costs time whenever it is asked whether one is open. */
export const Windows = Type.Array(Window, { minItems: 1, maxItems: 32 });

/** What is wrong with windows of which each key fits by itself, or null. */
export function problemOfWindows(windows: readonly Window[]): string | null {
  for (const { zone, from, to } of windows) {
    if (!isZone(zone)) return `${zone} is not a time zone`;
    if (from === to) return `a window from ${from} to ${to} is never open`;
  }
  return null;
}

function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    // Intl throws for a name it does not know
    return false;
  }
}
