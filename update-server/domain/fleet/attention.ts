import type { Attention } from '../../../protocol/api/dashboard.ts';
import type { RoleLife } from '../../../protocol/api/operator.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { HostCount } from './overview.ts';

/** What is wrong with this server and does not stop its work: shown on the dashboard, in `/readyz` and in metrics. */
export interface Trouble {
  kind: Extract<Attention['kind'], 'disk_low' | 'blobs_damaged'>;
  text: string;
}

/** What needs attention, the most urgent first. */
export function attentionOf(
  hosts: readonly HostCount[],
  rollouts: readonly Rollout[],
  roles: readonly RoleLife[],
  isReady: boolean,
  troubles: readonly Trouble[] = [],
): Attention[] {
  const ready = isReady
    ? []
    : [
        attention(
          'server_unready',
          'The server has no online keys, so nothing can be published: start it once with --online-keys.',
        ),
      ];
  const own = troubles.map(({ kind, text }) => attention(kind, text));
  return [...ready, ...own, ...expired(roles), ...halted(rollouts), ...odd(hosts), ...due(roles)];
}

function halted(rollouts: readonly Rollout[]): Attention[] {
  return rollouts
    .filter(({ state }) => state === 'halted')
    .map(({ id, name, version, channel, reason, counts }) =>
      attention(
        'rollout_halted',
        `${name} ${version} on ${channel} halted by itself: ${reason}.`,
        id,
        counts.failed,
      ),
    );
}

function expired(roles: readonly RoleLife[]): Attention[] {
  return roles
    .filter((role) => role.expired)
    .map(({ role, expires }) =>
      attention(
        'metadata_expired',
        `The signature of ${role} expired at ${expires}: hosts install nothing new until its key holders sign it again.`,
        role,
      ),
    );
}

function due(roles: readonly RoleLife[]): Attention[] {
  return roles
    .filter((role) => role.due && !role.expired)
    .map(({ role, expires }) =>
      attention(
        'metadata_due',
        `The signature of ${role} expires at ${expires}: its key holders must sign it again (interlock keys renew).`,
        role,
      ),
    );
}

function odd(rows: readonly HostCount[]): Attention[] {
  const count = (fits: (row: HostCount) => boolean) =>
    rows.filter(fits).reduce((sum, { hosts }) => sum + hosts, 0);
  const kinds = [
    [
      'hosts_failed',
      count(({ state }) => state === 'failed'),
      (of: string) => `The next version failed on ${of} and is not tried again there.`,
    ],
    [
      'hosts_cloned',
      count(({ cloned }) => cloned),
      (of: string) => `${of} cloned: two machines share one credential, so neither gets updates.`,
    ],
    [
      'hosts_unapproved',
      count(({ approved }) => !approved),
      (of: string) => `${of} enrolled without a join token; not counted in rollouts until approved.`,
    ],
    [
      'hosts_in_trouble',
      count(({ inTrouble, state }) => inTrouble && state !== 'silent'),
      (of: string) => `${of} stuck: the page of a host shows the error of its agent.`,
    ],
    [
      'hosts_silent',
      count(({ state }) => state === 'silent'),
      (of: string) => `${of} missed several check-ins, or did not come back from a reboot.`,
    ],
    [
      'hosts_held',
      count(({ held }) => held),
      (of: string) => `${of} held by an operator: no updates until released.`,
    ],
    [
      'hosts_pinned',
      count(({ pinned }) => pinned),
      (of: string) => `${of} pinned to one version by an operator.`,
    ],
    [
      'hosts_cancelled',
      count(({ decision, state }) => decision === 'cancelled_here' && state === 'held'),
      (of: string) => `The next version was cancelled on ${of} and is not tried again there.`,
    ],
  ] as const;
  return kinds
    .filter(([, hosts]) => hosts > 0)
    .map(([kind, hosts, describe]) => {
      const of = `${hosts.toLocaleString('en')} ${hosts === 1 ? 'host' : 'hosts'}`;
      return attention(kind, describe(of), null, hosts);
    });
}

function attention(kind: Attention['kind'], text: string, id: string | null = null, hosts = 0): Attention {
  return { kind, id, hosts, text };
}
