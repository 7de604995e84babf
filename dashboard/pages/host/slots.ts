import type { HostDetail } from '../../../protocol/api/operator.ts';

/** What one of a host's two slots holds, as far as its reports tell. */
export interface Slot {
  version: string | null;
  says: string;
  tone: 'go' | 'caution' | 'stop' | 'moving' | 'dark';
}

/** States in which the other slot is being filled, holds the target, or boots next. */
const filling: Record<string, string> = {
  offered: 'is being written',
  written: 'is written and checked; waits for its place in the lock',
  acquiring: 'is written and checked; asks for a place in the lock',
  locked: 'is written; the host drains and flips next',
  flipped: 'boots next',
  rebooting: 'boots now',
  cancelling: 'is written; the flip is being taken back',
};

/** The running slot and the other one. */
export function slotsOf(host: HostDetail): { running: Slot; other: Slot } {
  const { version, at, offered, reports } = host;
  const proving = at === 'trying' || at === 'confirmed';
  const running: Slot = proving
    ? { version, says: 'runs and must hold its health checks', tone: 'moving' }
    : { version, says: version ? 'runs' : 'not said yet', tone: version ? 'go' : 'dark' };
  const step = at && Object.hasOwn(filling, at) ? filling[at] : undefined;
  if (step && offered) return { running, other: { version: offered, says: step, tone: 'moving' } };
  const last = reports.find(({ kind }) => ['confirmed', 'fell_back', 'failed'].includes(kind));
  if (last?.kind === 'confirmed' && last.from !== version) {
    return { running, other: { version: last.from, says: 'can be booted back', tone: 'dark' } };
  }
  if (last && last.kind !== 'confirmed') {
    return {
      running,
      other: { version: last.version, says: `failed here: ${last.detail || last.kind}`, tone: 'stop' },
    };
  }
  return { running, other: { version: null, says: 'no report about it', tone: 'dark' } };
}

/** The stations of an update, and the agent's states that lie at each. */
const stations = [
  ['Write', ['offered']],
  ['Lock', ['written', 'acquiring']],
  ['Flip', ['locked', 'flipped']],
  ['Reboot', ['rebooting']],
  ['Confirm', ['trying', 'confirmed']],
] as const;

/** How far an update is: each station passed, being passed, or ahead; none when nothing is under way. */
export function journeyOf(
  at: string | null,
): { name: string; is: 'passed' | 'here' | 'ahead' }[] | undefined {
  const here = stations.findIndex(([, states]) => (states as readonly string[]).includes(at ?? ''));
  if (here < 0) return undefined;
  return stations.map(([name], index) => ({
    name,
    is: index < here ? 'passed' : index === here ? 'here' : 'ahead',
  }));
}
