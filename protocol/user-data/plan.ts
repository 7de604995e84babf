import type { Inputs } from '../documents/host-inputs.ts';
import type { InstallOrders } from './install-orders.ts';
import type { Place } from './problem.ts';

/** Everything that user-data asks of a host, in the order it is applied; each item says where it was written. */
export interface Plan {
  hostname?: HostName;
  /** Before users, who are members. */
  groups: PlannedGroup[];
  users: PlannedUser[];
  /** SSH keys of `ssh_authorized_keys` at the top level; keys of a metadata service join them. */
  rootKeys: PlannedKey[];
  files: PlannedFile[];
  units: PlannedUnit[];
  /** At every boot, before the network. */
  bootCommands: PlannedCommand[];
  /** Once per instance, after everything else; scripts of their own (`#!`) come here too. */
  runCommands: PlannedCommand[];
  timezone?: { name: string; at: Place };
  ntp?: { enabled: boolean; servers: string[]; pools: string[]; at: Place };
  caCertificates?: { pem: string[]; removeDefaults: boolean; at: Place };
  mounts: PlannedMount[];
  swap?: { file: string /** Bytes. */; size: number; at: Place };
  /** The line of /etc/hosts with the host's own name: written at every boot. */
  manageEtcHosts?: { at: Place };
  /** What becomes a fragment of the agent's configuration; it is as valid as a fragment. */
  agent?: { inputs: Inputs; at: Place };
  /** Health checks of the host's own: files for `/etc/interlock/health.d`. */
  healthChecks: { name: string; content: Uint8Array; at: Place }[];
  /** Who may ask the metadata service after the first boot; absent: nobody but the reader. */
  metadata?: { access: 'open' | 'shut'; at: Place };
  install?: { orders: InstallOrders; at: Place };
}

/** What a host is called. */
export interface HostName {
  /** One label, as in /etc/hostname. */
  name: string;
  fqdn?: string;
  at: Place;
}

/** A group of the host's own. */
export interface PlannedGroup {
  name: string;
  gid?: number;
  system: boolean;
  members: string[];
  at: Place;
}

/** A user of the host's own, or `root`, of whom only keys, password and shell are taken. */
export interface PlannedUser {
  name: string;
  uid?: number;
  gecos?: string;
  /** Absent: /home/NAME, and for system users none. */
  home?: string;
  createHome: boolean;
  shell?: string;
  /** Absent: a group of the user's own name, unless `ownGroup` is false. */
  primaryGroup?: string;
  ownGroup: boolean;
  groups: string[];
  system: boolean;
  /** crypt(5) hash; without one nobody logs in by password. */
  passwordHash?: string;
  locked: boolean;
  /** YYYY-MM-DD: the account is over from that day on. */
  expires?: string;
  sshKeys: string[];
  /** Rules of sudoers(5) without the name, such as `ALL=(ALL) NOPASSWD:ALL`. */
  sudo: string[];
  at: Place;
}

/** One line of authorized_keys(5). */
export interface PlannedKey {
  key: string;
  at: Place;
}

/** A file in /etc, /var or another place that a host may write. */
export interface PlannedFile {
  path: string;
  content: Uint8Array;
  /** Permissions as a number, 0o644 by default. */
  mode: number;
  owner: string;
  group: string;
  append: boolean;
  /** Written after users are there and before commands run. */
  deferred: boolean;
  at: Place;
}

/** A systemd unit: the order of steps is file, drop-ins, mask, enable, command. */
export interface PlannedUnit {
  name: string;
  /** Goes to /etc/systemd/system, with `runtime` to /run/systemd/system. */
  content?: string;
  dropIns: { name: string; content: string }[];
  runtime: boolean;
  enable?: boolean;
  mask?: boolean;
  command?:
    | 'start'
    | 'stop'
    | 'restart'
    | 'reload'
    | 'try-restart'
    | 'reload-or-restart'
    | 'reload-or-try-restart';
  at: Place;
}

/** What is run: a text by `sh -c`, a list as program and arguments, a script as a file with its own `#!` line. */
export interface PlannedCommand {
  run: string | string[] | { script: Uint8Array };
  at: Place;
}

/** One line of fstab(5). */
export interface PlannedMount {
  what: string;
  /** `none` for swap. */
  where: string;
  type: string;
  options: string;
  dump: number;
  pass: number;
  at: Place;
}

/** A plan that asks nothing: documents fill it in. */
export function emptyPlan(): Plan {
  return {
    groups: [],
    users: [],
    rootKeys: [],
    files: [],
    units: [],
    bootCommands: [],
    runCommands: [],
    mounts: [],
    healthChecks: [],
  };
}
