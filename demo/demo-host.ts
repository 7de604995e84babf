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

/** What the demo's hosts start from. */
export interface SiteOptions {
  folder: string;
  names: readonly string[];
  /** Folder of the release that is installed on every host. */
  release: string;
  /** Folder of the keys that it trusts. */
  keys: string;
  etcd: readonly string[];
  announce(what: string, how: string): void;
  /** Run in reverse order when the demo ends, for any reason. */
  cleanUp: (() => Promise<unknown>)[];
}

/** An update server that has the release, and hosts that follow its channel `stable`. */
export interface Site {
  /** The server's address and its operator's token, for the commands. */
  env: { INTERLOCK_SERVER: string; INTERLOCK_TOKEN: string };
  /** Folder of the keys that sign what comes next. */
  keys: string;
  hosts: DemoHost[];
}

/** Seconds: time to become healthy, time to stay so, limit of one check. */
export interface Health {
  settle: number;
  steady: number;
  timeout: number;
}

/** What both kinds of hosts are told of the lock, the words being those of the agent's configuration; times are short, because someone watches. */
export function lockSettings(etcd: readonly string[], health: Health) {
  return { group: 'demo', lock: { kind: 'etcd', endpoints: [...etcd] }, health };
}
