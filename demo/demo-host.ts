import type { HostView } from './describe-host.ts';

/** A host of the demo, whatever it is made of. */
export interface DemoHost {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  view(): Promise<HostView>;
  /** Calls back whenever the host goes down for a reboot. */
  onDown(call: () => void): void;
  /** Processor seconds that a machine took; 0 when it is none. */
  cpuSeconds(): number;
}

/** What every host of the demo is told. */
export interface HostsOptions {
  folder: string;
  names: readonly string[];
  /** Folder of the release that is installed on every host. */
  release: string;
  server: string;
  joinToken: string;
  etcd: readonly string[];
}

/** The agent's configuration. Times in seconds: impatient, because somebody watches. */
export function configOf(
  { server, joinToken, etcd }: HostsOptions,
  health: { settle: number; steady: number; timeout: number },
): string {
  return `server = "${server}"
channel = "stable"
group = "demo"
join_token = "${joinToken}"
poll = 2
retry = 1

[lock]
kind = "etcd"
endpoints = ${JSON.stringify(etcd)}

[health]
settle = ${health.settle}
steady = ${health.steady}
timeout = ${health.timeout}
`;
}
