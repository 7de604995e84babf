import { ChannelsAnswer } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const listChannels = route({
  method: 'GET',
  url: '/v1/channels/:name',
  access: readers,
  summary: 'The channels of an image',
  schema: { params: strict({ name: Word }), response: { 200: ChannelsAnswer } },
  handler:
    ({ store }: { store: Store }) =>
    async ({ params: { name } }) => {
      const channels = await store.channels(name);
      if (channels.length === 0) throw new InterlockError('not_found', { what: `a channel of ${name}` });
      return { channels };
    },
});

/** What is published where. */
export const channelRoutes = [listChannels];
