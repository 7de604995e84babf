import { agentFile, agentNodeFile } from '../../../protocol/boot/host-layout.ts';
import type { Definition } from '../../definition/definition.ts';

/** A file that a finished root must have, whatever else is in it. */
export interface NeededFile {
  path: string;
  reason: string;
  isProgram: boolean;
}

const program = (path: string, reason: string): NeededFile => ({ path, reason, isProgram: true });
const file = (path: string, reason: string): NeededFile => ({ path, reason, isProgram: false });

const always: readonly NeededFile[] = [
  program('usr/lib/systemd/systemd', 'process 1, which the initrd starts'),
  program('usr/sbin/init', 'what people and programs call process 1'),
  program('usr/lib/systemd/systemd-udevd', 'names of devices'),
  program('usr/lib/systemd/systemd-journald', 'what units write'),
  program('usr/bin/udevadm', 'waits for devices'),
  program('usr/bin/systemctl', 'reboots'),
  program('usr/bin/systemd-tmpfiles', 'makes the folders of /var at each boot'),
  program('usr/bin/systemd-sysusers', 'makes the users that a later version brings'),
  program('usr/bin/mount', 'systemd mounts by it'),
  program('usr/bin/umount', 'systemd unmounts by it'),
  program('usr/bin/sh', 'scripts and units'),
  file('etc/passwd', 'users'),
  file('etc/group', 'groups'),
  file('usr/lib/os-release', 'which release this is'),
];

const ofTheAgent: readonly NeededFile[] = [
  program(agentNodeFile.slice(1), 'the agent'),
  program('usr/bin/interlock-agent', 'the agent'),
  program('usr/bin/flock', 'the agent locks its state'),
  program('usr/bin/findmnt', 'the agent looks for the ESP'),
  program('usr/sbin/fsck.fat', 'the agent repairs the ESP'),
  program('usr/sbin/dmsetup', 'the agent learns its slot'),
  program('usr/bin/touch', 'the agent’s timer'),
  file(agentFile.slice(1), 'the agent'),
  file('usr/lib/systemd/system/interlock-agent.timer', 'starts the agent'),
  file('usr/lib/systemd/system/interlock-agent.service', 'the agent'),
  file('usr/lib/systemd/system/interlock-confirm.service', 'confirms a new version'),
  file('usr/lib/systemd/system/interlock-deadman.timer', 'goes back from a version that hangs'),
];

/** What `follow-links` and `lay-seeds` call: without one, their units fail at each boot. */
const ofState = 'cat chmod chown cmp comm cp ls mkdir mv readlink rm rmdir sort stat sync'
  .split(' ')
  .map((name) => program(`usr/bin/${name}`, 'links and first files in /var'));

/** Suites whose systemd starts services without a program in between. */
const withoutExecutor = ['bookworm'];
const executor = program('usr/lib/systemd/systemd-executor', 'systemd starts every service by it');

/** Files without which an image does not start, or its agent cannot update it, each with its reason. */
export function neededFiles({
  agent,
  cmdline,
  suite,
}: Pick<Definition, 'agent' | 'cmdline' | 'suite'>): NeededFile[] {
  const init = /(?:^|\s)init=\/+(\S+)/.exec(cmdline)?.[1];
  return [
    ...(init === undefined ? [] : [program(init, 'process 1, as cmdline says')]),
    ...always,
    ...ofState,
    ...(withoutExecutor.includes(suite) ? [] : [executor]),
    ...(agent ? ofTheAgent : []),
  ];
}

/** Folders that must be folders of their own: the initrd and systemd mount over them. */
export const neededFolders = ['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'usr', 'var'];

/** Links of a merged /usr: anything else hides the programs and libraries that lie in /usr. */
export const mergedFolders = ['bin', 'sbin', 'lib'];
