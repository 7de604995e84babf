import type { FleetLockValue } from '../../../protocol/lock/fleet-lock.ts';

/** What a client says. */
export type Kind = 'take' | 'give';

/** A foreign host: it asks, is down once it heard yes, and unlocks when it is back. */
export interface Host {
  phase: 'up' | 'asking' | 'down' | 'returning';
  reboots: number;
  /** It waits for the answer to its last request. */
  waits: boolean;
}

/** A request that the server has not begun; `live` while its client waits. */
export interface Request {
  kind: Kind;
  live: boolean;
}

/** A call that the server is about. */
export interface Job extends Request {
  id: number;
  nonce: string;
  /** The nonce of the host's place at the first look; null: it had none. */
  begun?: string | null;
  /** A swap of this call may still be applied. */
  open: boolean;
}

/** A swap under way to etcd; without a `job` nobody waits for it. */
export interface Swap {
  host: number;
  job?: number;
  /** What it compares is still there. */
  fresh: boolean;
  /** What the call answers once it is applied. */
  isYes: boolean;
  value: FleetLockValue;
}

/** Clients, wires, the server and etcd. */
export interface State {
  value: FleetLockValue;
  hosts: Host[];
  queues: Request[][];
  jobs: Job[][];
  swaps: Swap[];
  faults: number;
}

/** The lowest name of a place that nothing in the state has, so that runs with other names are one. */
export function freshNonce({ value, jobs, swaps }: State): string {
  const used = new Set([
    ...[value, ...swaps.map((swap) => swap.value)].flatMap(({ holders }) =>
      holders.map(({ nonce }) => nonce),
    ),
    ...jobs.flat().flatMap(({ nonce, begun }) => [nonce, begun]),
  ]);
  for (let n = 0; ; n++) if (!used.has(`n${n}`)) return `n${n}`;
}
