import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { IntentVerb } from '../../../protocol/documents/intent.ts';
import { isNewer } from '../../../protocol/text/version.ts';
import { quoted, toServer } from '../../format/command.ts';

/** What is to change, as it stands in the address. */
export interface Choice {
  verb: IntentVerb;
  name: string;
  channel: string;
  version: string;
  reason: string;
  policy: string;
}

interface Verb {
  label: string;
  /** What it does, in a sentence that begins with the verb. */
  does: string;
  takes: readonly ('reason' | 'policy')[];
  /** The versions that it makes sense for. */
  versions(channel: Channel | undefined, versions: readonly string[]): readonly string[];
  command(choice: Choice): string;
}

const on = ({ channel }: Choice) => `--channel ${channel}`;
const because = ({ reason }: Choice) => (reason ? ` --reason ${quoted(reason)}` : '');
const by = ({ policy }: Choice) => (policy ? ` --policy ${policy}` : '');
const rule =
  (word: string, more = '') =>
  (choice: Choice) =>
    `channel ${word} ${choice.name} ${choice.version}${more} ${on(choice)}${because(choice)}`;
const others = (channel: Channel | undefined, versions: readonly string[]) =>
  versions.filter((version) => version !== channel?.head.version);

/** What key holders can be asked to do to a channel. */
export const verbs: Readonly<Record<IntentVerb, Verb>> = {
  promote: {
    label: 'Promote',
    does: 'Makes a published release the head of the channel, and starts its rollout.',
    takes: ['policy'],
    versions: (channel, versions) =>
      versions.filter((version) => !channel || isNewer(version, channel.head.version)),
    command: (choice) => `promote ${choice.name} ${choice.version} --to ${choice.channel}${by(choice)}`,
  },
  rollback: {
    label: 'Roll back',
    does: 'Sends the channel’s hosts back to an older release and withdraws every newer one.',
    takes: ['reason', 'policy'],
    versions: (channel, versions) =>
      versions.filter((version) => channel && isNewer(channel.head.version, version)),
    command: (choice) =>
      `rollback ${choice.name} ${on(choice)} --to ${choice.version}${because(choice)}${by(choice)}`,
  },
  block: {
    label: 'Block a version',
    does: 'Lets no further host of the channel install the version; hosts that run it keep it.',
    takes: ['reason'],
    versions: (channel, versions) =>
      versions.filter((version) => !channel?.blocked.some((entry) => entry.version === version)),
    command: rule('block'),
  },
  unblock: {
    label: 'Unblock a version',
    does: 'Lets hosts of the channel install the version again.',
    takes: [],
    versions: (channel) => (channel?.blocked ?? []).map(({ version }) => version),
    command: rule('block', ' --undo'),
  },
  withdraw: {
    label: 'Withdraw a version',
    does: 'Sends hosts that run exactly this version to the head, also when that is older.',
    takes: ['reason'],
    versions: others,
    command: rule('withdraw'),
  },
  floor: {
    label: 'Make a floor',
    does: 'Lets every older host install this version before any later one.',
    takes: [],
    versions: (channel, versions) =>
      versions.filter(
        (version) =>
          channel &&
          !isNewer(version, channel.head.version) &&
          !channel.floors.some((floor) => floor.version === version),
      ),
    command: rule('floor'),
  },
  unfloor: {
    label: 'Remove a floor',
    does: 'Lets older hosts pass this version over.',
    takes: [],
    versions: (channel) => (channel?.floors ?? []).map(({ version }) => version),
    command: rule('floor', ' --undo'),
  },
};

/** The versions of an image that can be chosen, in the given order. */
export function versionsOf(releases: readonly ReleaseSummary[], name: string): string[] {
  return [...new Set(releases.filter((one) => one.name === name).map(({ version }) => version))];
}

/** The whole command for a key holder. */
export function commandOf(choice: Choice): string {
  return toServer(`interlock ${verbs[choice.verb].command(choice)} --keys DIR`);
}
