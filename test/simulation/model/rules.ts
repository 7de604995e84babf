import { effectsOf } from '../../../agent/state-machine/effects.ts';
import { step } from '../../../agent/state-machine/step.ts';
import { acquire, cancel, release } from '../../../protocol/lock/semaphore.ts';

/** How a write is guarded: by the key's revision, by its count of versions, or not at all. */
export type Guard = 'revision' | 'version' | 'none';

/** The functions under proof: the shipped ones, or a mutant's wrappers around them. */
export interface Rules {
  step: typeof step;
  effectsOf: typeof effectsOf;
  acquire: typeof acquire;
  release: typeof release;
  cancel: typeof cancel;
  guard: Record<'acquire' | 'release' | 'cancel', Guard>;
  /** A place is believed in when a read shows a holder of this host's name. */
  believesReads: boolean;
  /** A swap whose answer did not come was not applied when a read at another endpoint does not show it. */
  believesAbsence: boolean;
  /** The last endpoint decides: when it surely got nothing, nothing was changed, whatever the others got. */
  lastEndpointDecides: boolean;
  /** What removes a place is decided by the host's name when the request arrives. */
  removesByName: boolean;
  /** A new attempt takes the nonce of the one before. */
  reusesNonce: boolean;
}

export const shipped: Rules = {
  step,
  effectsOf,
  acquire,
  release,
  cancel,
  guard: { acquire: 'revision', release: 'revision', cancel: 'revision' },
  believesReads: false,
  believesAbsence: false,
  lastEndpointDecides: false,
  removesByName: false,
  reusesNonce: false,
};
