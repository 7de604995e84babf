import type { Channel } from '../../../protocol/documents/channel.ts';
import { Command } from '../../components/copy.tsx';
import { Facts } from '../../components/facts.tsx';
import { Empty } from '../../components/notice.tsx';
import { Section } from '../../components/page.tsx';
import { toServer } from '../../format/command.ts';
import { countOf } from '../../format/size.ts';
import { pathTo } from '../../router/routes.ts';
import { type Choice, commandOf, verbs } from './verbs.ts';

interface ProposedProps {
  of: Choice;
  channel: Channel | undefined;
  /** Hosts that follow the channel. */
  hosts: number;
}

/** The chosen change as a command, and as an intent to download. */
export function Proposed({ of: choice, channel, hosts }: ProposedProps) {
  const { verb, name, version, reason } = choice;
  const { takes } = verbs[verb];
  if (!version) {
    return (
      <Empty title={`No version of ${name} fits this change.`}>
        <p>
          {choice.channel} is at {channel?.head.version ?? 'no version yet'}. Choose another change or
          channel.
        </p>
      </Empty>
    );
  }
  const isMissing = takes.includes('reason') && !reason;
  const file = `${verb}-${name}-${version}-${choice.channel}.json`;
  return (
    <>
      <Facts
        of={[
          ['Head now', channel?.head.version ?? 'none'],
          ['Serial', channel?.serial ?? 'none'],
          ['Hosts that follow it', countOf(hosts, 'host')],
        ]}
      />
      {isMissing ? (
        <p class="quiet">Enter a reason: the command and the intent carry it.</p>
      ) : (
        <div class="pair">
          <Section title="You hold the key">
            <p>
              Run this where the keys are. It verifies the metadata, shows what it signs, and publishes it.
            </p>
            <Command text={commandOf(choice)} />
          </Section>
          <Section title="Somebody else holds it">
            <p>
              Send them this file. It is unsigned and carries no authority: their own command line makes the
              document from metadata it verified, shows every difference, asks, and refuses if the channel
              moved on meanwhile.
            </p>
            <p class="download">
              <a class="button" href={intentPath(choice)} download={file}>
                Download the intent
              </a>
            </p>
            <Command text={toServer(`interlock intent ${file} --keys DIR`)} />
          </Section>
        </div>
      )}
    </>
  );
}

function intentPath({ verb, name, channel, version, reason, policy }: Choice): string {
  const { takes } = verbs[verb];
  return pathTo(`/v1/intents/${encodeURIComponent(name)}/${encodeURIComponent(channel)}`, {
    ...{ verb, version, server: location.origin },
    reason: takes.includes('reason') ? reason : undefined,
    policy: takes.includes('policy') ? policy : undefined,
  });
}
