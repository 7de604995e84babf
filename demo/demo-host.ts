import type { HostView } from './describe-host.ts';

/** A host of the demo: a virtual machine, or a folder of files. */
export interface DemoHost {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  view(): Promise<HostView>;
  /** Calls back when the host goes down for a reboot. */
  onDown(call: () => void): void;
  /** Processor seconds of the virtual machine; 0 for a host on files. */
  cpuSeconds(): number;
}

/** What every host of the demo is configured with. */
export interface HostsOptions {
  folder: string;
  names: readonly string[];
  /** Folder of the release that is installed on every host. */
  release: string;
  server: string;
  joinToken: string;
  etcd: readonly string[];
}

/** The agent's configuration, with short times (seconds), because someone watches. */
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
