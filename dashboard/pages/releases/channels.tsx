import type { ChannelsAnswer, ReleaseSummary } from '../../../protocol/api/operator.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { countOf } from '../../format/size.ts';
import { pathTo, planPath, releasePath } from '../../router/routes.ts';

/** The channels of an image: the head of each, and its other rules. */
export function Channels({ name, releases }: { name: string; releases: readonly ReleaseSummary[] }) {
  const hasChannels = releases.some((each) => each.name === name && each.channels.length > 0);
  const channels = useQuery<ChannelsAnswer>(hasChannels ? '/v1/channels' : null, ['channel']);
  if (!hasChannels) return null;
  return (
    <Loaded of={channels}>
      {({ channels: all, hosts }) => (
        <ul class="channels">
          {all
            .filter((one) => one.name === name)
            .map((channel) => (
              <ChannelBox
                key={channel.channel}
                of={channel}
                releases={releases}
                hosts={hosts?.find((one) => one.name === name && one.channel === channel.channel)?.hosts ?? 0}
              />
            ))}
        </ul>
      )}
    </Loaded>
  );
}

interface ChannelBoxProps {
  of: Channel;
  releases: readonly ReleaseSummary[];
  hosts: number;
}

function ChannelBox({ of, releases, hosts }: ChannelBoxProps) {
  const { name, channel, head, serial } = of;
  const arch = releases.find((each) => each.name === name && each.version === head.version)?.arch;
  return (
    <li>
      <h3>{channel}</h3>
      <p class="slot-version">
        {arch ? <a href={releasePath(name, head.version, arch)}>{head.version}</a> : head.version}
      </p>
      {rulesOf(of).map((rule) => (
        <p key={rule} class="small">
          {rule}
        </p>
      ))}
      <p class="quiet small">
        serial {serial} · <a href={pathTo('/hosts', { name, channel })}>{countOf(hosts, 'host')}</a>
      </p>
      <p class="small row-links">
        {(['promote', 'rollback', 'block'] as const).map((verb) => (
          <a key={verb} href={pathTo('/releases/change', { verb, name, channel })}>
            {verb === 'rollback' ? 'Roll back' : verb === 'block' ? 'Block' : 'Promote'}
            <span class="visually-hidden"> on {channel}</span>
          </a>
        ))}
        <a href={planPath({ name, channel })}>
          Roll out<span class="visually-hidden"> the head of {channel}</span>
        </a>
        <a href={pathTo('/releases/policy', { name, channel })}>
          Policy<span class="visually-hidden"> of {channel}</span>
        </a>
      </p>
    </li>
  );
}

function rulesOf({ floors, minimum, blocked, withdrawn }: Channel): string[] {
  return [
    ...floors.map(({ version }) => `floor ${version}`),
    ...(minimum ? [`minimum ${minimum}`] : []),
    ...blocked.map(({ version, reason }) => `${version} blocked: ${reason}`),
    ...withdrawn.map(({ version, to, reason }) => `${version} withdrawn to ${to}: ${reason}`),
  ];
}
