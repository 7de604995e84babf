import { asInterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Found } from '../ports/found.ts';
import type { NetworkPlan } from '../ports/network-plan.ts';
import { refuse, textOf } from './fields.ts';

/** What a source says, before its id is checked. */
export interface Said {
  source: Found['source'];
  instanceId: unknown;
  userData?: Uint8Array | null | undefined;
  hostname?: string | undefined;
  sshKeys?: string[];
  /** Reads what it says of the network: what is wrong there costs nothing else. */
  network?: () => NetworkPlan | undefined;
  trusted?: boolean;
}

/** Leaves out what a source did not say. Throws for one that cannot tell this host from another. */
export function foundOf({
  source,
  instanceId,
  userData,
  hostname,
  sshKeys = [],
  network,
  trusted = false,
}: Said): Found {
  const id = textOf(instanceId, `the instance id of ${source}`);
  if (!id || !/^[\x21-\x7e]{1,256}$/.test(id)) throw refuse(source, 'names no instance id');
  return {
    source,
    instanceId: id,
    ...(userData && userData.length > 0 && { userData }),
    ...(hostname && { hostname }),
    sshKeys: [...new Set(sshKeys)],
    ...(network && networkOf(network)),
    trusted,
  };
}

function networkOf(read: () => NetworkPlan | undefined): Pick<Found, 'network' | 'networkProblem'> {
  try {
    const network = read();
    return network && network.links.length > 0 ? { network } : {};
  } catch (error) {
    return { networkProblem: asInterlockError(error).message };
  }
}
