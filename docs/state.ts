import { moves } from '../agent/state-machine/moves.ts';

type PhaseName = keyof typeof moves;

/** What each state means, for readers of `interlock-agent status`. */
const meanings: Record<PhaseName, string> = {
  idle: 'Nothing to do until the next check-in.',
  offered: 'Signed metadata names a target; the inactive slot is being written.',
  written:
    'The inactive slot has the target and was read back. The running slot is still the one that boots.',
  acquiring:
    'The host is asking for a place in the lock, and may already hold it: the attempt’s nonce is on the disk.',
  locked: 'The host holds a place; pre-reboot hooks drain it.',
  flipped: 'The boot pointer names the target; another transaction confirms the place.',
  rebooting: 'Saved before the reboot call. From here only a new, healthy boot releases the place.',
  trying: 'The target runs; health checks must hold.',
  confirmed: 'The target is marked good; the place is being released with “ok”.',
  condemned: 'The target failed its checks: its entry is marked bad, and the host reboots.',
  fellBack: 'The old slot runs again; its health is checked before the place is released.',
  healed: 'The old slot is healthy; the place is being released with “failed”.',
  cancelling:
    'Cancelled before the reboot: the flip is undone, post-confirm hooks run, then the place is released.',
  finished: 'Updated; post-confirm hooks run.',
  wanted: 'Maintenance was ordered, a reboot or a command; no place is held.',
  asking: 'The host is asking for a place, and may already hold it.',
  holding: 'A place is held for a reboot; pre-reboot hooks drain the host.',
  working:
    'Saved before the command starts. It ends by its own recorded end; after a cut-off only a new boot leads on.',
  restarting: 'Saved before the reboot call; only a new, healthy boot releases the place.',
  returning:
    'Over: health checks must hold, post-confirm hooks run after a drain, then the place is released.',
};

/** Renders the agent's transitions as a diagram and a table. */
export function renderStates(): string {
  const edges = Object.entries(moves).flatMap(([from, all]) => all.map((to) => `  ${from} --> ${to}`));
  const rows = Object.entries(moves).map(
    ([name, all]) =>
      `| \`${name}\` | ${meanings[name as PhaseName]} | ${all.map((to) => `\`${to}\``).join(' ')} |`,
  );
  return [
    '# The agent’s states',
    '',
    'Each state is saved before the next step begins; after a crash the agent repeats that step.',
    'This page is generated from `agent/state-machine/moves.ts` by `npm run docs`.',
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
