import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FolderHost, makeFolderHost } from '../../support/user-data/folder-host.ts';

const isRoot = process.getuid?.() === 0;
let host: FolderHost;
beforeEach(() => {
  host = makeFolderHost();
});
afterEach(() => host.remove());

const document = `#cloud-config
hostname: web-1
groups:
  - admins: [root]
users:
  - name: alice
    gecos: Alice
    groups: [docker, web]
    shell: /bin/bash
    ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE alice@home]
write_files:
  - path: /etc/motd
    content: hello
    permissions: '0600'
  - path: /etc/issue
    content: "one\\n"
    append: true
  - path: /home/alice/notes
    content: mine
    owner: alice:alice
    defer: true
timezone: Europe/Berlin
bootcmd:
  - mkdir -p var/log && echo boot >>var/log/boots
runcmd:
  - cd /srv
  - [echo, "it's", here]
`;
const problemsOf = async (promise: ReturnType<FolderHost['boot']>) => (await promise).record?.problems;
const mode = (path: string) => statSync(join(host.root, path)).mode & 0o7777;

describe.skipIf(!isRoot)('user-data on a host', () => {
  test('leave the next boot of the same image nothing to merge', async () => {
    const hash = 'a'.repeat(64);
    host.put('proc/cmdline', `console=ttyS0 interlock.roothash=${hash} quiet`);
    await host.boot(document);
    expect(host.read('var/lib/interlock/merged')).toBe(`${hash}\n`);
    expect(host.read('etc/passwd')).toMatch(/^alice:/m);
  });

  test('make users, files, and what else they ask for, and each boot what holds for one boot', async () => {
    expect(await problemsOf(host.boot(document))).toEqual([]);
    expect(host.read('etc/hostname')).toBe('web-1\n');
    expect(host.read('etc/passwd')).toMatch(/^alice:x:20001:20001:Alice:\/home\/alice:\/bin\/bash$/m);
    expect(host.read('etc/group')).toMatch(/^docker:x:990:alice$/m);
    expect(host.read('etc/group')).toMatch(/^admins:x:20000:root$/m);
    expect(host.read('etc/shadow')).toMatch(/^alice:!:20788:0:99999:7:::$/m);
    expect(host.read('etc/subuid')).toBe('alice:100000:65536\n');
    expect(host.read('home/alice/.ssh/authorized_keys')).toMatch(/^ssh-ed25519 \S+ alice@home\n$/);
    expect([mode('home/alice'), mode('home/alice/.ssh'), mode('etc/motd')]).toEqual([0o700, 0o700, 0o600]);
    expect(statSync(join(host.root, 'home/alice/notes')).uid).toBe(20001);
    expect(host.read('home/alice/.profile')).toBe('# profile\n');
    expect(host.read('etc/issue')).toBe('one\n');
    expect(execFileSync('readlink', [join(host.root, 'etc/localtime')], { encoding: 'utf8' })).toBe(
      '/usr/share/zoneinfo/Europe/Berlin\n',
    );
    expect(host.read('var/lib/interlock/users/passwd')).toContain('alice');

    host.put('etc/motd', 'mine');
    expect(await problemsOf(host.boot(document))).toEqual([]);
    expect(host.read('etc/motd')).toBe('mine');
    expect(host.read('etc/issue')).toBe('one\n');
    expect(host.read('var/log/boots')).toBe('boot\nboot\n');
  });

  test('commands of one instance run once, in one shell, and go on behind the one that a power cut hit', async () => {
    await host.boot(
      `#cloud-config\nruncmd:\n  - cd ${host.root}\n  - echo one >>ran\n  - [sh, -c, "echo two >>ran"]\n`,
    );
    const script = host
      .read('var/lib/interlock/user-data/commands')
      .replaceAll('/var/lib', `${host.root}/var/lib`);
    host.put('var/lib/interlock/user-data/commands', script);
    const run = () => execFileSync('/bin/sh', [join(host.root, 'var/lib/interlock/user-data/commands')]);
    run();
    expect(host.read('ran')).toBe('one\ntwo\n');
    expect(host.has('var/lib/interlock/user-data/commands')).toBe(false);
    await host.boot('#cloud-config\nruncmd:\n  - echo other\n');
    expect(host.has('var/lib/interlock/user-data/commands')).toBe(false);

    host.put('var/lib/interlock/user-data/commands', script.replace('cd ', 'true; cd '));
    host.put('var/lib/interlock/user-data/commands.begun', '2\n');
    execFileSync('/bin/sh', [join(host.root, 'var/lib/interlock/user-data/commands')], { cwd: host.root });
    expect(host.read('ran')).toBe('one\ntwo\ntwo\n');
  });

  test('what fails is said, stops nothing, and is tried again at the next boot', async () => {
    const text = `#cloud-config
write_files:
  - {path: /etc/a, content: a, owner: "nobody-here:root"}
  - {path: /etc/b, content: b}
timezone: Asia/Tokyo
`;
    const problems = (await problemsOf(host.boot(text)))!;
    expect(problems.map(({ item }) => item)).toEqual(['file /etc/a', 'timezone']);
    expect(problems[0]!.problem).toContain('there is no user nobody-here');
    expect(host.read('etc/b')).toBe('b');
    host.put('usr/share/zoneinfo/Asia/Tokyo', 'TZif');
    const left = (await problemsOf(host.boot(text)))!;
    expect(left.map(({ item }) => item)).toEqual(['file /etc/a']);
    expect(host.read('etc/timezone')).toBe('Asia/Tokyo\n');
  });

  test('a document with an error changes nothing, and the name and the keys beside it hold', async () => {
    const text = '#cloud-config\nwrite_files:\n  - path: relative\n    content: x\nhostname: other\n';
    const problems = await problemsOf(
      host.boot(text, { hostname: 'by-source', sshKeys: ['ssh-ed25519 AAAA me'] }),
    );
    expect(problems!.length).toBeGreaterThan(0);
    expect(host.read('etc/hostname')).toBe('by-source\n');
    expect(host.read('root/.ssh/authorized_keys')).toBe('ssh-ed25519 AAAA me\n');
  });

  test('another instance id is another host', async () => {
    await host.boot(document);
    const kept = {
      'var/lib/interlock/agent/identity.json': '{}',
      'var/lib/interlock/agent/state.json': '{}',
      'var/lib/interlock/agent/trust/root.json': '{}',
      'etc/ssh/ssh_host_ed25519_key': 'key',
      'etc/ssh/ssh_host_ed25519_key.pub': 'key',
      'etc/munge/munge.key': 'of the cluster',
      'var/lib/etcd/default/member/wal': 'data',
      'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
      'usr/lib/interlock/identities': 'etc/ssh/ssh_host_*\netc/nvme/{hostid,hostnqn}\n',
    };
    for (const [path, text] of Object.entries(kept)) host.put(path, text);
    await host.boot(document);
    expect(host.has('etc/ssh/ssh_host_ed25519_key')).toBe(true);

    expect((await host.boot(document.replace('web-1', 'web-2'), { instanceId: 'two' })).isNew).toBe(true);
    expect(Object.keys(kept).filter((path) => host.has(path))).toEqual([
      'var/lib/interlock/agent/trust/root.json',
      'etc/munge/munge.key',
      'etc/machine-id',
      'usr/lib/interlock/identities',
    ]);
    expect(host.read('etc/machine-id')).toMatch(/^(?!0123)[0-9a-f]{32}\n$/);
    expect(host.read('var/lib/etcd/default/member.before-two/wal')).toBe('data');
    expect(host.read('etc/hostname')).toBe('web-2\n');
    const id = host.read('etc/machine-id');
    await host.boot(document, { instanceId: 'two' });
    expect(host.read('etc/machine-id')).toBe(id);
  });

  test('a user is not put into a group of the image’s by its name', async () => {
    const problems = await problemsOf(host.boot('#cloud-config\nusers: [{name: docker}]\n'));
    expect(problems).toEqual([
      { item: 'user docker', problem: expect.stringContaining('there is a group docker already') },
    ]);
    expect(host.read('etc/passwd')).not.toContain('docker');
  });
});
