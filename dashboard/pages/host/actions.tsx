import type { ChoicesAnswer, HostAction } from '../../../protocol/api/hosts.ts';
import type { HostDetail } from '../../../protocol/api/operator.ts';
import { useMayAct } from '../../api/session.ts';
import { useQuery } from '../../api/use-query.ts';
import { ActionButton } from '../../host-actions/action-button.tsx';
import { go } from '../../router/navigate.ts';

/** What an operator can do with a host, each after a question that asks for the reason. */
export function Actions({ of: host, applied }: { of: HostDetail; applied(): void }) {
  const mayAct = useMayAct();
  const choices = useQuery<ChoicesAnswer>(mayAct ? '/v1/hosts/choices' : null);
  if (!mayAct) return null;
  const groups = (choices.data?.groups ?? []).map(({ value }) => value).toSorted();
  const actions: readonly (HostAction['action'] | false)[] = [
    !host.approved && 'approve',
    host.held ? 'unhold' : 'hold',
    'pin',
    host.pinned !== null && 'unpin',
    'group',
    host.placed ? 'ungroup' : false,
    'forget',
  ];
  return (
    <>
      {actions.map(
        (action) =>
          action && (
            <ActionButton
              key={action}
              {...{ action, hosts: [host], groups }}
              applied={action === 'forget' ? () => go('/hosts') : applied}
            />
          ),
      )}
    </>
  );
}
