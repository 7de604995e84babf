import { ChoicesAnswer } from '../../../../protocol/api/hosts.ts';
import type { Arch } from '../../../../protocol/schema/schema.ts';
import { shareWalks } from '../../../cache/share-walks.ts';
import { countStates } from '../../../domain/fleet/overview.ts';
import type { CountHosts } from '../../../metrics/count-hosts.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

/** Of each kind, so that a fleet in which each host has a label of its own makes no endless list. */
const listed = 200;

/** What a list of hosts can be narrowed by, so that nobody types it. */
export const listChoices = route({
  method: 'GET',
  url: '/v1/hosts/choices',
  access: readers,
  summary: 'What hosts can be filtered by: states, groups, versions, labels and more, with counts',
  schema: { response: { 200: ChoicesAnswer } },
  handler: ({ store, countHosts }: { store: Store; countHosts: CountHosts }) => {
    const walk = shareWalks(() => store.countChoices());
    return async () => {
      const { hosts, states } = countStates(await countHosts());
      const { images, channels, groups, versions, archs, labels } = await walk('');
      return {
        hosts,
        states: states.map(({ state, hosts: of }) => ({ value: state, hosts: of })),
        ...{ images: most(images), channels: most(channels), groups: most(groups) },
        ...{ versions: most(versions), labels: most(labels) },
        archs: most(archs) as { value: Arch; hosts: number }[],
      };
    };
  },
});

function most(sums: ReadonlyMap<string, number>): { value: string; hosts: number }[] {
  return [...sums]
    .map(([value, hosts]) => ({ value, hosts }))
    .toSorted((a, b) => b.hosts - a.hosts || (a.value < b.value ? -1 : 1))
    .slice(0, listed);
}
