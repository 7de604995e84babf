import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FolderHost, makeFolderHost } from '../../support/user-data/folder-host.ts';

const isRoot = process.getuid?.() === 0;
const program = join(import.meta.dirname, '../../support/user-data/apply-once.ts');
/** Every call by which what is written becomes something that a next boot sees. */
const calls = 'fsync,rename,mkdir,mkdirat,fchown,fchmod,chown,chmod,unlink,unlinkat,rmdir,symlink,symlinkat';
/** Every how many of them one is tried; all of them take five minutes. */
const stride = Number(process.env.KILL_EVERY ?? 6);
const document = `#cloud-config
hostname: web-1
groups: [{admins: [root]}]
users:
  - name: alice
    groups: [docker, web]
    sudo: ALL=(ALL) ALL
    ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE alice]
write_files:
  - {path: /etc/deep/er/motd, content: hello, permissions: '0600'}
  - {path: /etc/issue, content: "one\\n", append: true}
  - {path: /home/alice/notes, content: mine, owner: 'alice:alice', defer: true}
timezone: Europe/Berlin
bootcmd: [mkdir -p var/log]
runcmd: [ls]
coreos:
  units: [{name: a.service, enable: true, content: "[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n"}]
`;

let folder: string;
let file: string;
const hosts: FolderHost[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'killed-'));
  file = join(folder, 'user-data');
  writeFileSync(file, document);
});
afterAll(() => {
  for (const host of hosts) host.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!isRoot)('user-data whose applying is killed', () => {
  test('at any of its steps are applied whole by the next boot, and nothing is there twice or by half', async () => {
    const whole = start();
    apply(whole, 'one');
    const expected = treeOf(whole.root);
    expect(Object.keys(expected)).toContain('etc/sudoers.d/50-alice');
    let kills = 0;
    for (let step = 1; ; step += stride) {
      const host = start();
      if (!killedAt(step, host, 'one')) break;
      kills = step;
      await host.boot(document);
      expect({ step, tree: treeOf(host.root) }).toEqual({ step, tree: expected });
      host.remove();
    }
    expect(kills).toBeGreaterThan(60);
  });

  test('while a copied host gets a new identity end as the same host', async () => {
    const begin = () => {
      const host = start();
      host.put('etc/machine-id', `${'a'.repeat(32)}\n`);
      host.put('etc/ssh/ssh_host_ed25519_key', 'old');
      host.put('var/lib/interlock/agent/identity.json', '{}');
      apply(host, 'one');
      return host;
    };
    const whole = begin();
    apply(whole, 'two');
    const expected = Object.keys(treeOf(whole.root));
    expect(expected).not.toContain('var/lib/interlock/agent/identity.json');
    for (let step = 1; ; step += stride) {
      const host = begin();
      if (!killedAt(step, host, 'two')) break;
      await host.boot(document, { instanceId: 'two' });
      expect({ step, tree: Object.keys(treeOf(host.root)) }).toEqual({ step, tree: expected });
      expect(host.read('etc/machine-id')).not.toContain('aaaa');
      host.remove();
    }
  });
});

function start(): FolderHost {
  const host = makeFolderHost();
  host.put('usr/bin/sudo', '');
  hosts.push(host);
  return host;
}

function apply({ root }: FolderHost, instanceId: string): void {
  const { status, stderr } = spawnSync(process.execPath, [program, root, file, instanceId], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

/** Whether it came to that step at all. */
function killedAt(step: number, { root }: FolderHost, instanceId: string): boolean {
  const inject = `inject=${calls}:signal=SIGKILL:when=${step}`;
  const args = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', inject];
  const { signal, status, stderr } = spawnSync(
    'strace',
    [...args, process.execPath, program, root, file, instanceId],
    // strace counts the calls of each thread by itself
    { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
  );
  const isKilled = signal === 'SIGKILL' || status === 137;
  if (!isKilled && status !== 0) throw new Error(stderr);
  return isKilled;
}

/** Everything of a host, with what it says and whose it is. */
function treeOf(root: string): Record<string, unknown> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(root, name);
      const { mode, uid, gid } = lstatSync(path);
      const kind = mode & 0o170000;
      const content =
        kind === 0o100000
          ? readFileSync(path, 'utf8')
          : kind === 0o120000
            ? readlinkSync(path).replace(root, '')
            : '';
      // the order of accounts says nothing
      const text = /\/(passwd|group|shadow|gshadow)$/.test(name) ? content.split('\n').toSorted() : content;
      return [name, [mode.toString(8), uid, gid, text]];
    }),
  );
}
