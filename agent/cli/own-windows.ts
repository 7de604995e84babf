import type { Window } from '../../protocol/documents/window.ts';

/** How the host's own windows stand: open until then, or closed until then. */
export interface OwnWindows {
  isOpen: boolean;
  /** When that changes; null when it never does. */
  until: string | null;
}

/** When the windows open next, the one that is open now not counted; null without windows. */
export async function openingAfter(windows: readonly Window[], now: Date): Promise<string | null> {
  if (windows.length === 0) return null;
  const { isOpen, nextClosing, nextOpening } = await import('../../system/time/window.ts');
  const from = isOpen(windows, now) ? nextClosing(windows, now) : now;
  return nextOpening(windows, from).toISOString();
}

/** How the host's own windows stand, for `status`; null without windows. */
export async function lookAtWindows(windows: readonly Window[], now: Date): Promise<OwnWindows | null> {
  if (windows.length === 0) return null;
  const { isOpen, nextClosing, nextOpening } = await import('../../system/time/window.ts');
  if (!isOpen(windows, now)) return { isOpen: false, until: nextOpening(windows, now).toISOString() };
  const closing = nextClosing(windows, now);
  return { isOpen: true, until: isOpen(windows, closing) ? null : closing.toISOString() };
}
