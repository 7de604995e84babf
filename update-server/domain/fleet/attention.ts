import type { Attention } from '../../../protocol/api/dashboard.ts';
import type { RoleLife } from '../../../protocol/api/operator.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { HostCount } from './overview.ts';

/** What is wrong with this server and does not stop its work: said on the page, in `/readyz` and in metrics. */
export interface Trouble {
  kind: Extract<Attention['kind'], 'disk_low' | 'blobs_damaged'>;
  text: string;
}

/** What a person should look at, the most urgent first. */
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
          'No online keys: nothing can be published. Start once with --online-keys.',
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
        `${name} ${version} on ${channel} stopped by itself: ${reason}.`,
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
        `The signature of ${role} expired at ${expires}: hosts take nothing new until its holders sign again.`,
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
        `The signature of ${role} expires at ${expires}: its holders must sign again (interlock keys renew).`,
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
      count((row) => row.state === 'failed'),
      'failed on the next version and do not try it again.',
    ],
    [
      'hosts_cloned',
      count((row) => row.cloned),
      'share their credential with another machine and get no updates.',
    ],
    [
      'hosts_unapproved',
      count((row) => !row.approved),
      'enrolled without a join token: nobody approved them, and they count for nothing.',
    ],
    [
      'hosts_in_trouble',
      count((row) => row.inTrouble && row.state !== 'silent'),
      'are stuck on something of their own, and say what it is.',
    ],
    ['hosts_silent', count((row) => row.state === 'silent'), 'were not seen for a day.'],
  ] as const;
  return kinds
    .filter(([, hosts]) => hosts > 0)
    .map(([kind, hosts, words]) =>
      attention(kind, `${hosts} ${hosts === 1 ? 'host' : 'hosts'}: ${words}`, null, hosts),
    );
}

function attention(kind: Attention['kind'], text: string, id: string | null = null, hosts = 0): Attention {
  return { kind, id, hosts, text };
}
