import { TrustAnswer } from '../../../../protocol/api/operator.ts';
import { roleLives } from '../../../domain/tuf/role-lives.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const showTrust = route({
  method: 'GET',
  url: '/v1/trust',
  access: readers,
  summary: 'When the metadata of each role expires',
  schema: { response: { 200: TrustAnswer } },
  handler:
    ({ store, now }: { store: Store; now(): Date }) =>
    async () => {
      const { state } = await store.repository();
      return { roles: roleLives(state, now()) };
    },
});

/** How long signatures are good. */
export const trustRoutes = [showTrust];
