import type { HostDetail } from '../../../protocol/api/operator.ts';
import { phaseTextOf, phaseTexts } from '../../../protocol/rules/phase-texts.ts';
import type { Tone } from '../../labels/tone.ts';

/** What one of a host's two slots contains, as far as its reports say. */
export interface Slot {
  version: string | null;
  says: string;
  tone: Tone;
}

/** The running slot and the inactive one. */
export function slotsOf(host: HostDetail): { running: Slot; other: Slot } {
  const { version, at, offered, reports } = host;
  const proving = at === 'trying' || at === 'confirmed';
  const running: Slot = proving
    ? { version, says: phaseTexts.trying.text, tone: 'moving' }
    : { version, says: version ? 'running' : 'not reported yet', tone: version ? 'go' : 'dark' };
  const step = at ? phaseTextOf(at)?.inactiveSlot : undefined;
  if (step && offered) return { running, other: { version: offered, says: step, tone: 'moving' } };
  const last = reports.find(({ kind }) => ['confirmed', 'fell_back', 'failed'].includes(kind));
  if (last?.kind === 'confirmed' && last.from !== version) {
    return {
      running,
      other: { version: last.from, says: 'previous version; can be booted again', tone: 'dark' },
    };
  }
  if (last && last.kind !== 'confirmed') {
    return {
      running,
      other: { version: last.version, says: `failed here: ${last.detail || last.kind}`, tone: 'stop' },
    };
  }
  return { running, other: { version: null, says: 'no report yet', tone: 'dark' } };
}
