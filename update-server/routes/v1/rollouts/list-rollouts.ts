import { Type } from 'typebox';
import { RolloutsAnswer } from '../../../../protocol/api/rollout.ts';
import { strict, Word } from '../../../../protocol/schema/schema.ts';
import { summarise } from '../../../domain/rollout/summary.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Needs } from './find.ts';

const listed = 200;

/** The newest rollouts, of all channels or of one. */
export const listRollouts = route({
  method: 'GET',
  url: '/v1/rollouts',
  access: readers,
  summary: 'Rollouts, newest first',
  schema: {
    querystring: strict({ name: Type.Optional(Word), channel: Type.Optional(Word) }),
    response: { 200: RolloutsAnswer },
  },
  handler:
    ({ store, now }: Needs) =>
    async ({ query: { name, channel } }) => {
      const rollouts = await store.rollouts(name ?? null, channel ?? null, listed);
      return { rollouts: rollouts.map((rollout) => summarise(rollout, now())) };
    },
});
