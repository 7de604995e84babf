import { lockMutants } from './lock-mutants.ts';
import type { Mutant } from './mutant.ts';
import { stateMachineMutants } from './state-machine-mutants.ts';

/** Every classic mistake, each of which the model must find, and halves of them that another rule stops. */
export const mutants: readonly Mutant[] = [...lockMutants, ...stateMachineMutants];
