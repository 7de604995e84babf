import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { pathTo, releasePath } from '../../router/routes.ts';

/** The channels of an image: the head of each, and its other rules. */
export function Channels({ name, releases }: { name: string; releases: readonly ReleaseSummary[] }) {
  const hasChannels = releases.some((each) => each.name === name && each.channels.length > 0);
  const channels = useQuery<{ channels: Channel[] }>(hasChannels ? `/v1/channels/${name}` : null, [
    'channel',
  ]);
  if (!hasChannels) return null;
  return (
    <Loaded of={channels}>
      {({ channels: all }) => (
        <ul class="channels">
          {all.map((channel) => (
            <ChannelBox key={channel.channel} of={channel} releases={releases} />
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function ChannelBox({ of, releases }: { of: Channel; releases: readonly ReleaseSummary[] }) {
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
        serial {serial} · <a href={pathTo('/hosts', { name, channel })}>hosts</a>
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
