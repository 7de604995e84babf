import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { numberOf } from './addresses.ts';

/** A port of each host that this machine can reach on its loopback interface. */
export interface Publication {
  /** Of n1; n2 has the next one, and so on. */
  here: number;
  there: number;
}

const highest = 65_535;

/** Reads `8080:80`. Throws `usage`. */
export function parsePublication(text: string): Publication {
  const [, here, there] = /^(\d{1,5}):(\d{1,5})$/.exec(text) ?? [];
  const [one, other] = [Number(here), Number(there)];
  if (here === undefined || one < 1 || other < 1 || one > highest || other > highest)
    throw new InterlockError('usage', {
      problem: `--publish is ${text}; write it as 8080:80, this machine’s port first`,
    });
  return { here: one, there: other };
}

/** The port of this machine that leads to a host. */
export function portHere({ here }: Publication, name: string): number {
  return here + numberOf(name) - 1;
}
