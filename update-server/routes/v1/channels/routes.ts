import { ChannelsAnswer } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
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
  handler: (needs: Needs) => () => answer(needs),
});

const listChannels = route({
  method: 'GET',
  url: '/v1/channels/:name',
  access: readers,
  summary: 'The channels of an image, and how many hosts follow each',
  schema: { params: strict({ name: Word }), response: { 200: ChannelsAnswer } },
  handler:
    (needs: Needs) =>
    async ({ params: { name } }) => {
      const found = await answer(needs, name);
      if (found.channels.length === 0)
        throw new InterlockError('not_found', { what: `a channel of ${name}` });
      return found;
    },
});

/** What is published where. */
export const channelRoutes = [listAll, listChannels];

async function answer({ store, countHosts }: Needs, name?: string): Promise<ChannelsAnswer> {
  const channels = await store.channels(name);
  const counts = (await countHosts(countsAgeMs)).filter(({ active }) => active);
  const hosts = channels.map((channel) => ({
    ...{ name: channel.name, channel: channel.channel },
    hosts: counts
      .filter((one) => one.name === channel.name && one.channel === channel.channel)
      .reduce((sum, one) => sum + one.hosts, 0),
  }));
  return { channels, hosts: hosts.filter((one) => one.hosts > 0) };
}
