import type { ChoicesAnswer, HostAction } from '../../../protocol/api/hosts.ts';
import { countOf } from '../../format/size.ts';
import { ActionButton } from '../../host-actions/action-button.tsx';
import type { Selection } from './selection.ts';

const actions: readonly HostAction['action'][] = [
  'hold',
  'unhold',
  'pin',
  'unpin',
  'group',
  'ungroup',
  'approve',
  'forget',
];

interface SelectionBarProps {
  selection: Selection;
  choices: ChoicesAnswer | undefined;
  applied(): void;
}

/** What can be done with the hosts that are chosen; it stays in sight while they are chosen. */
export function SelectionBar({ selection, choices, applied }: SelectionBarProps) {
  const hosts = [...selection.hosts.values()];
  const groups = (choices?.groups ?? []).map(({ value }) => value).toSorted();
  if (hosts.length === 0) return null;
  return (
    <section class="selection" aria-label="Chosen hosts">
      <p>
        <b>{countOf(hosts.length, 'host')}</b> chosen{' '}
        <button type="button" class="plain" onClick={selection.clear}>
          Choose none
        </button>
      </p>
      <div class="actions">
        {actions.map((action) => (
          <ActionButton key={action} {...{ action, hosts, groups, applied }} />
        ))}
      </div>
    </section>
  );
}
