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
  network?: NetworkPlan | undefined;
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
    ...(network && { network }),
    trusted,
  };
}
