import type { NetworkPlan } from '../ports/network-plan.ts';
import { refuse, tableOf } from '../reading/fields.ts';
import { readV1 } from './read-v1.ts';
import { readV2 } from './read-v2.ts';

/** Reads cloud-init's network configuration of either version; `undefined` where it leaves the network to the image. */
export function readNetworkConfig(value: unknown): NetworkPlan | undefined {
  if (value === undefined || value === null) return undefined;
  const outer = tableOf(value, 'network');
  const config = outer.network === undefined ? outer : tableOf(outer.network, 'network');
  if (config.config === 'disabled') return undefined;
  const version = config.version;
  if (version === 1) return readV1(config);
  if (version === 2) return readV2(config);
  throw refuse('network.version', `${JSON.stringify(version)?.slice(0, 40) ?? 'nothing'} is neither 1 nor 2`);
}
