import type { ServiceSpec } from '../spec/service-spec.ts';
import { Refusal } from '../text/split-words.ts';

/** A flag of `docker run`: what it becomes, or why a service cannot have it. */
export interface Flag {
  /** All its spellings, the long one first. */
  names: readonly [string, ...string[]];
  takes: 'value' | 'nothing';
  /** For the documents: where it goes, or why it changes nothing, or why it is refused. */
  says: string;
  /** What to write in its place, when it is refused. */
  instead?: string;
  /** Whether swarm fills in `%i` and `%H` there. */
  isTemplated?: true;
  apply(spec: ServiceSpec, value: string): void;
}

type Rest = Partial<Pick<Flag, 'isTemplated'>>;

/** A flag with a value that services have. */
export function taken(names: Flag['names'], says: string, apply: Flag['apply'], rest: Rest = {}): Flag {
  return { names, takes: 'value', says, apply, ...rest };
}

/** A switch that services have. */
export function switched(names: Flag['names'], says: string, apply: (spec: ServiceSpec) => void): Flag {
  return { names, takes: 'nothing', says, apply };
}

/** A flag that changes nothing for a service. */
export function needless(names: Flag['names'], takes: Flag['takes'], says: string): Flag {
  return { names, takes, says, apply: () => {} };
}

/** A flag that services lack. */
export function refused(names: Flag['names'], takes: Flag['takes'], says: string, instead: string): Flag {
  const apply = () => {
    throw new Refusal(`${names[0]}: ${says}`, instead);
  };
  return { names, takes, says, instead, apply };
}
