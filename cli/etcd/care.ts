import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { peerUrl } from '../../protocol/etcd/member-urls.ts';
import { line, visible } from '../../protocol/text/visible.ts';
import { readRegister } from '../../signer/register/change-register.ts';
import { allowReplacing } from '../../signer/register/join-secrets.ts';
import type { Answer } from '../../system/command/command.ts';
import type { Access } from '../../system/etcd/access.ts';
import { defragment } from '../../system/etcd/defragment.ts';
import { lookAtMembers, quorumOf } from '../../system/etcd/look-at-members.ts';
import { replaceMember } from '../../system/etcd/replace-member.ts';
import { print } from '../../system/terminal/print.ts';
import { formatTable } from '../../system/terminal/table.ts';
import { openBySigner } from './open-etcd.ts';

interface Flags {
  keys: string;
}

/** `interlock etcd status`: each member as it says of itself, and how many more may be lost. */
export function showMembers({ keys }: Flags): Promise<Answer> {
  return withEtcd(keys, async ({ look }) => {
    const members = await lookAtMembers(look);
    const rows = members.map(({ name, peerUrls, isHealthy, isLeader, version, size, used, problems }) => [
      name || peerUrls.join(),
      isHealthy ? 'healthy' : 'down',
      isLeader ? 'leader' : '',
      version,
      size ? `${mib(used)} of ${mib(size)}` : '',
      problems.join(', '),
    ]);
    const healthy = members.filter(({ isHealthy }) => isHealthy).length;
    const spare = healthy - quorumOf(members.length);
    const end = spare < 0 ? 'no quorum: etcd takes no change' : `${spare} more can be lost`;
    const text = [formatTable(['MEMBER', 'IS', '', 'VERSION', 'USED', 'PROBLEM'], rows), visible(end)].join(
      '\n',
    );
    return { text, data: { members, spare } };
  });
}

/** `interlock etcd replace-member`: afterwards a new host of that name gets in with its old user-data, for an hour. */
export async function replaceLost(name: string, { keys }: Flags): Promise<Answer> {
  const { hosts } = await readRegister(keys);
  const host = hosts.find((each) => each.name === name && each.mode === 'member');
  if (!host) throw new InterlockError('not_found', { what: `a member ${name} in ${keys}` });
  return withEtcd(keys, async (access) => {
    await replaceMember(access, { name, peerUrl: peerUrl(host) }, () =>
      allowReplacing(keys, name, new Date()),
    );
    const text = line`start ${name} with an empty disk, its address ${host.address} and its old user-data: it gets in within the hour`;
    return { text, data: { name, address: host.address } };
  });
}

/** `interlock etcd defrag`. */
export function defragmentAll({ keys }: Flags): Promise<Answer> {
  return withEtcd(keys, async (access) => {
    const data = await defragment(access, (name) => print(line`defragmenting ${name} …`, process.stderr));
    const rows = data.map(({ name, before, after }) => [name, mib(before), mib(after)]);
    return { text: formatTable(['MEMBER', 'BEFORE', 'AFTER'], rows), data };
  });
}

async function withEtcd<T>(keys: string, use: (access: Access) => Promise<T>): Promise<T> {
  const access = await openBySigner(keys);
  try {
    return await use(access);
  } finally {
    access.look.close();
    access.change.close();
  }
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
