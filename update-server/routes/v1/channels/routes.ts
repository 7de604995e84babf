import { ChannelsAnswer } from '../../../../protocol/api/operator.ts';
import type { Channel } from '../../../../protocol/documents/channel.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import type { HostCount } from '../../../domain/fleet/overview.ts';
import type { CountHosts } from '../../../metrics/count-hosts.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

interface Needs {
  store: Store;
  countHosts: CountHosts;
}

/** How old the counts of hosts beside channels may be. */
const countsAgeMs = 5000;

const listAll = route({
  method: 'GET',
  url: '/v1/channels',
  access: readers,
  summary: 'The channels of all images, and how many hosts follow each',
  schema: { response: { 200: ChannelsAnswer } },
  handler:
    ({ store, countHosts }: Needs) =>
    async () => {
      const channels = await store.channels();
      return { channels, hosts: hostsOf(channels, await countHosts(countsAgeMs)) };
    },
});

const listChannels = route({
  method: 'GET',
  url: '/v1/channels/:name',
  access: readers,
  summary: 'The channels of an image',
  schema: { params: strict({ name: Word }), response: { 200: ChannelsAnswer } },
  handler:
    ({ store }: Needs) =>
    async ({ params: { name } }) => {
      // without the counts: the former release's command line refuses fields that it does not know
      const channels = await store.channels(name);
      if (channels.length === 0) throw new InterlockError('not_found', { what: `a channel of ${name}` });
      return { channels };
    },
});

/** What is published where. */
export const channelRoutes = [listAll, listChannels];

function hostsOf(channels: readonly Channel[], counts: readonly HostCount[]) {
  const hosts = channels.map(({ name, channel }) => ({
    ...{ name, channel },
    hosts: counts
      .filter((one) => one.active && one.name === name && one.channel === channel)
      .reduce((sum, one) => sum + one.hosts, 0),
  }));
  return hosts.filter((one) => one.hosts > 0);
}
