import type { ChannelsAnswer, ReleaseSummary, RoleLife } from '../../../protocol/api/operator.ts';
import type { IntentVerb } from '../../../protocol/documents/intent.ts';
import { compareVersions } from '../../../protocol/text/version.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { type PageProps, pathTo } from '../../router/routes.ts';
import { ChangeForm } from './form.tsx';
import { Proposed } from './proposed.tsx';
import { type Choice, verbs, versionsOf } from './verbs.ts';

/** What a channel’s key holder is to do: as a command to copy, and as an intent to send them. */
export function ChangePage({ query }: PageProps) {
  const releases = useQuery<{ releases: ReleaseSummary[] }>('/v1/releases', ['channel']);
  return (
    <Page title="Change a channel" over={<a href="/releases">Releases</a>}>
      <p class="lede">
        What hosts run is decided by keys that this server does not have. Choose a change here, and give it to
        somebody who holds the channel’s key.
      </p>
      <Loaded of={releases}>
        {({ releases: all }) =>
          all.length === 0 ? (
            <Empty title="Nothing is published yet.">
              <p>
                <a href="/releases">Releases</a> says how to publish one.
              </p>
            </Empty>
          ) : (
            <Change query={query} releases={all} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Change({ query, releases }: { query: URLSearchParams; releases: readonly ReleaseSummary[] }) {
  const name = query.get('name') ?? releases[0]!.name;
  const channels = useQuery<ChannelsAnswer>(pathTo('/v1/channels'), ['channel']);
  const trust = useQuery<{ roles: RoleLife[] }>('/v1/trust', ['channel']);
  return (
    <Loaded of={channels}>
      {({ channels: all, hosts = [] }) => {
        const mine = all.filter((one) => one.name === name);
        const known = mine.map(({ channel }) => channel);
        const withKeys = (trust.data?.roles ?? []).flatMap(
          ({ role }) => /^channel-(.+)$/.exec(role)?.[1] ?? [],
        );
        const names = [...new Set([...known, ...withKeys])].toSorted();
        const choice = choiceOf(query, name, names);
        const channel = mine.find((one) => one.channel === choice.channel);
        const published = versionsOf(releases, name).toSorted((a, b) => compareVersions(b, a));
        const versions = verbs[choice.verb].versions(channel, published);
        const version = versions.includes(choice.version) ? choice.version : (versions[0] ?? '');
        const followers =
          hosts.find((one) => one.name === name && one.channel === choice.channel)?.hosts ?? 0;
        return (
          <>
            <ChangeForm
              of={{ ...choice, version }}
              images={[...new Set(releases.map((one) => one.name))]}
              channels={names}
              versions={versions}
            />
            <Proposed of={{ ...choice, version }} channel={channel} hosts={followers} />
          </>
        );
      }}
    </Loaded>
  );
}

function choiceOf(query: URLSearchParams, name: string, channels: readonly string[]): Choice {
  const word = (key: string) => query.get(key) ?? '';
  const verb = Object.hasOwn(verbs, word('verb')) ? (word('verb') as IntentVerb) : 'promote';
  const channel = word('channel') || (channels.find((one) => one === 'stable') ?? channels[0] ?? '');
  return { verb, name, channel, version: word('version'), reason: word('reason'), policy: word('policy') };
}
