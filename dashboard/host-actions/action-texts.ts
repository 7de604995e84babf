import type { HostAction } from '../../protocol/api/hosts.ts';

/** How an action on hosts is put to people; `who` is a host’s name or `12 hosts`. */
export interface ActionText {
  verb: string;
  title(who: string): string;
  done(who: string): string;
  means: string;
  danger?: boolean;
}

/** What the dialogs of actions on hosts say. */
export const actionTexts: Readonly<Record<HostAction['action'], ActionText>> = {
  hold: {
    verb: 'Hold',
    title: (who) => `Hold ${who}?`,
    done: (who) => `Held: ${who}.`,
    means: 'A held host keeps its version until the hold is released. An update that has flipped continues.',
  },
  unhold: {
    verb: 'Release hold',
    title: (who) => `Release the hold on ${who}?`,
    done: (who) => `Hold released: ${who}.`,
    means: 'From its next check-in, a host is offered updates again.',
  },
  pin: {
    verb: 'Pin',
    title: (who) => `Pin ${who} to one version?`,
    done: (who) => `Pinned: ${who}.`,
    means: 'A pinned host updates to this version only.',
  },
  unpin: {
    verb: 'Remove pin',
    title: (who) => `Remove the pin of ${who}?`,
    done: (who) => `Pin removed: ${who}.`,
    means: 'From its next check-in, a host follows its channel again.',
  },
  group: {
    verb: 'Set group',
    title: (who) => `Set the group of ${who}?`,
    done: (who) => `Group set: ${who}.`,
    means:
      'Rollouts use this group instead of the one in the host’s configuration; its group in the lock stays.',
  },
  ungroup: {
    verb: 'Use own group',
    title: (who) => `Use the group of its own configuration for ${who}?`,
    done: (who) => `Own group used again: ${who}.`,
    means: 'Rollouts count a host to the group in its configuration again.',
  },
  approve: {
    verb: 'Approve',
    title: (who) => `Approve ${who}?`,
    done: (who) => `Approved: ${who}.`,
    means: 'It enrolled without a join token. Once approved, a host counts in rollouts and their limits.',
  },
  forget: {
    verb: 'Forget',
    title: (who) => `Forget ${who}?`,
    done: (who) => `Forgotten: ${who}.`,
    means:
      'Record and credential are deleted. A machine that still runs must enroll again before it gets updates.',
    danger: true,
  },
};
