import { moves } from '../agent/state-machine/moves.ts';

type PhaseName = keyof typeof moves;

/** What each phase means to the person who reads `interlock-agent status`. */
const meanings: Record<PhaseName, string> = {
  idle: 'Nothing to do until the next look.',
  offered: 'Signed metadata named a target; the inactive slot is being written.',
  written:
    'The inactive slot holds the target, read back whole. The running slot is still the one that boots.',
  acquiring:
    'A place in the lock is being asked for, and may already be held: the attempt’s nonce is on the disk.',
  locked: 'A place is held; pre-reboot hooks drain the host.',
  flipped: 'The boot pointer names the target; the place is confirmed by one more transaction.',
  rebooting: 'Written down before the reboot call. From here only a new boot, healthy, gives the place back.',
  trying: 'The target runs; health checks must hold.',
  confirmed: 'The target is marked good; the place is being given back with “ok”.',
  condemned: 'The target failed its checks: its entry is marked bad, and the host reboots.',
  fellBack: 'The old slot runs again; its health is checked before anything is given back.',
  healed: 'The old slot is healthy; the place is being given back with “failed”.',
  cancelling:
    'Given up before the reboot: the flip is taken back, post-confirm hooks run, then the place goes.',
  finished: 'Updated; post-confirm hooks run.',
};

/** Renders the agent's table of moves as a diagram and a list. */
export function renderStates(): string {
  const edges = Object.entries(moves).flatMap(([from, all]) => all.map((to) => `  ${from} --> ${to}`));
  const rows = Object.entries(moves).map(
    ([name, all]) =>
      `| \`${name}\` | ${meanings[name as PhaseName]} | ${all.map((to) => `\`${to}\``).join(' ')} |`,
  );
  return [
    '# The agent’s states',
    '',
    'A state is a reached fact, on the disk before the next step is taken; a crash anywhere is followed by the same step',
    'again. This page is generated from `agent/state-machine/moves.ts` by `npm run docs`.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> idle',
    ...edges,
    '```',
    '',
    '| state | what is true | next |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
