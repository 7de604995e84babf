import { type Explored, explore } from '../explore.ts';
import { World } from '../model/model.ts';
import { type Rules, shipped } from '../model/rules.ts';
import { newSetting, type Setting } from '../model/setting.ts';

/** A classic mistake: wrappers around the shipped functions, and the world in which it shows. */
export interface Mutant {
  name: string;
  /** What it does wrong, in one sentence. */
  mistake: string;
  rules: Partial<Rules>;
  world: Partial<Setting>;
  /** `found`: a violation is expected. Otherwise the rule that stops this half of a mistake. */
  expected: 'found' | { stoppedBy: string };
}

/** How a mutant fared. `isRight`: as expected, and every reachable state was seen when nothing was expected. */
export interface Trial {
  mutant: Mutant;
  explored: Explored;
  isRight: boolean;
  world: World;
}

/** Explores the smallest world in which the mistake shows. */
export function tryMutant(mutant: Mutant, until: number): Trial {
  const world = new World(newSetting({ ...mutant.world, rules: { ...shipped, ...mutant.rules } }));
  const explored = explore(world, { until });
  const isFound = explored.violation !== undefined;
  const isRight = mutant.expected === 'found' ? isFound : !isFound && explored.complete;
  return { mutant, explored, isRight, world };
}
