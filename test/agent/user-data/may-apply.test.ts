import { expect, test } from 'vitest';
import { mayApply } from '../../../agent/user-data/policy/may-apply.ts';
import { readUserData } from '../../../system/user-data/read-user-data.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE a';
const document = `#cloud-config
hostname: web-1
timezone: Europe/Berlin
ntp: {servers: [ntp.example]}
ssh_authorized_keys: ["${key}"]
groups: [web, {docker: [root]}]
users:
  - name: alice
    groups: [web, sudo]
    sudo: ALL=(ALL) NOPASSWD:ALL
    uid: 1234
    lock_passwd: false
    passwd: $6$abcdefgh$0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567
    homedir: /etc/systemd/system
    ssh_authorized_keys: ["${key}"]
write_files: [{path: /etc/cron.d/x, content: x}]
bootcmd: [id]
runcmd: [id]
mounts: [[/dev/vdb, /var/data, ext4]]
swap: {filename: /var/swap, size: 1048576}
coreos: {units: [{name: x.service, command: start, content: "[Service]\\nExecStart=/bin/true\\n"}]}
interlock: {server: "https://evil.example"}
`;
const { plan, problems } = readUserData(Buffer.from(document));

test('the document is one that a host takes', () => {
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test.each([
  { secureBoot: false, trusted: false },
  { secureBoot: false, trusted: true },
  { secureBoot: true, trusted: true },
])('everything is applied with %o', (standing) => {
  expect(mayApply(plan, standing)).toEqual({ plan, refused: [] });
});

test('with Secure Boot on, user-data that anybody can write set names, keys and time, and nothing that runs or gives rights', () => {
  const { plan: left, refused } = mayApply(plan, { secureBoot: true, trusted: false });
  expect(
    Object.keys(left)
      .filter((name) => isSet(left[name as keyof typeof left]))
      .toSorted(),
  ).toEqual(['groups', 'hostname', 'ntp', 'rootKeys', 'timezone', 'users'].toSorted());
  expect(left.groups.map(({ name, members }) => ({ name, members }))).toEqual([
    { name: 'web', members: [] },
    { name: 'docker', members: [] },
  ]);
  const { name, groups, sudo, passwordHash, uid, home, sshKeys, locked } = left.users[0]!;
  expect({ name, groups, sudo, passwordHash, uid, home, sshKeys, locked }).toEqual({
    name: 'alice',
    groups: [],
    sudo: [],
    passwordHash: undefined,
    uid: undefined,
    home: undefined,
    sshKeys: [key],
    locked: true,
  });
  expect(refused.toSorted()).toEqual(
    [
      'files',
      'units',
      'bootcmd',
      'runcmd',
      'mounts',
      'swap',
      'settings of the agent',
      'sudo of alice',
      'the password of alice',
      'the number of alice',
      'groups of alice',
      'the home of alice',
    ].toSorted(),
  );
});

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
