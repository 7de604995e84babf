import type { Node } from '../../user-data/node.ts';
import type { Report } from '../../user-data/report.ts';

const variable = /\$\{?(?:public|private)_ipv[46]\b\}?/;

/**
 * Refuses `$private_ipv4` and the like in documents of the dialect: coreos-cloudinit wrote the machine's address there,
 * once; the address of a host can change, and most sources of user-data do not know it.
 */
export function refuseAddresses(node: Node, to: Report): void {
  if (node.kind === 'list') for (const each of node.items) refuseAddresses(each, to);
  if (node.kind === 'map') for (const { value } of node.entries) refuseAddresses(value, to);
  const [found] =
    (node.kind === 'scalar' && typeof node.value === 'string' && variable.exec(node.value)) || [];
  if (found === undefined) return;
  const instead =
    'Write the address; or let the unit find it when it starts: ExecStartPre=/bin/sh -c \'echo ADDRESS=$(hostname -I | cut -d" " -f1) >/run/address\' and EnvironmentFile=-/run/address.';
  to.error(node.at, `${found} is not replaced by an address`, instead);
}
