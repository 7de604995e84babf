import type { NoneReason } from '../../protocol/api/check-in.ts';
import { noneReasons } from '../../protocol/rules/none-reasons.ts';
import type { Memory, Phase } from '../state-machine/memory.ts';

/** Reasons of the agent's own, beside those that a server gives. */
const ownReasons: Readonly<Record<string, string>> = {
  no_server: 'no server is configured',
  updated: 'the update is complete',
  maintained: 'maintenance is complete',
  staged:
    'staged: written, and booted by the next of this host’s windows, `interlock-agent update` or `reboot`',
};

/** A reason as a clause; one without an entry stays as it is. */
export function describeReason(reason: string): string {
  if (Object.hasOwn(ownReasons, reason)) return ownReasons[reason]!;
  if (!Object.hasOwn(noneReasons, reason)) return reason;
  const { text, hostCommand } = noneReasons[reason as NoneReason];
  return hostCommand ? `${text}; try it again with: ${hostCommand}` : text;
}

/** The version that an update under way leads to. */
export function goalOf(phase: Phase): string | undefined {
  if ('plan' in phase) return phase.plan.goal.version;
  return 'goal' in phase ? phase.goal.version : undefined;
}

/** The host's phase, and what it waits for, in one line. */
export function describeMemory({ phase, running, wait }: Memory): string {
  const version = 'task' in phase ? phase.task.name : (goalOf(phase) ?? running?.version);
  const state = `${phase.at}${version ? ` ${version}` : ''}`;
  return wait ? `${state}; waits until ${wait.until}: ${describeReason(wait.reason)}` : state;
}
