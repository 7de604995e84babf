import { changeRollout } from './change-rollout.ts';
import { listRollouts } from './list-rollouts.ts';
import { listWaiting } from './list-waiting.ts';
import { previewRollout } from './preview-rollout.ts';
import { showCurve } from './show-curve.ts';
import { showRollout } from './show-rollout.ts';
import { startRollout } from './start-rollout.ts';

/** How operators start, watch and control rollouts. */
export const rolloutRoutes = [
  listRollouts,
  showRollout,
  showCurve,
  listWaiting,
  startRollout,
  previewRollout,
  changeRollout,
];
