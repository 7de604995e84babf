import type { NamedHost } from '../../../protocol/api/rollout.ts';
import type { MissingHost } from './canary.ts';

/** Hosts named of each kind behind a rollout's figures. */
export const namedOfEachKind = 50;

/** A host with its grant of a rollout, as a store reads it to be named. */
export interface GrantOfHost extends Omit<NamedHost, 'what' | 'since'> {
  outcome: string | null;
  granted: string;
  rebooting: string | null;
  closed: string | null;
  /** The root it came back on that was not expected. */
  odd: string | null;
  /** The state that its agent reported last. */
  at: string | null;
  trouble: { code: string; text: string } | null;
  /** The last step that it reported before its update ended. */
  step: string | null;
}

/** How far an update had come, by the last step that was reported before it failed. */
const phases: Readonly<Record<string, string>> = {
  written: 'after it was written',
  locked: 'before the reboot, with a place in the lock',
  rebooting: 'after the reboot',
};

/** Names a host that counts as failed. */
export function nameFailed({ outcome, rebooting, closed, detail, ...host }: GrantOfHost): NamedHost {
  const isSilent = outcome === 'silent';
  const reported = isSilent ? 'not seen since it reported that it reboots' : detail;
  const phase = phases[host.step ?? ''] ?? 'while it was written';
  return { ...named(host, outcome ?? 'unknown', isSilent ? rebooting : closed, reported), phase };
}

/** Names a host that is under way. */
export function nameUnderWay({ rebooting, granted, at, trouble, odd, ...host }: GrantOfHost): NamedHost {
  const reported = trouble
    ? `${trouble.code}: ${trouble.text}`
    : odd
      ? `it came back on root ${odd.slice(0, 12)}, neither the release’s nor where it came from`
      : '';
  return named(host, rebooting ? 'rebooting' : (at ?? 'unknown'), rebooting ?? granted, reported);
}

/** Names a canary host that has not confirmed. */
export function nameMissing({ id, hostname, lastSeen, replacedBy }: MissingHost): NamedHost {
  const detail = replacedBy ? `enrolled anew as ${replacedBy}: interlock host forget ${id.slice(0, 8)}` : '';
  return named({ id, hostname, lastSeen, version: null }, 'not confirmed', lastSeen, detail);
}

function named(
  { id, hostname, version, lastSeen }: Pick<NamedHost, 'id' | 'hostname' | 'version' | 'lastSeen'>,
  what: string,
  since: string | null,
  detail: string,
): NamedHost {
  return { id, hostname, version, lastSeen, what, since, detail };
}
