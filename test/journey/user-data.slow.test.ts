import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { type Built, buildImages } from './build-images.ts';
import { quickTimer, runningIn, untilSettled } from './in-guest.ts';
import { withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 600;
const updateSeconds = 1800;
let built: Built;
beforeAll(async () => {
  built = await buildImages('tiny');
});

const userKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE alice@home';

test('user-data name a host and give it a user, a file, a unit and an authority, which stay while the image’s own come and go', async () => {
  const [ours, first, second] = ['ours', 'first', 'second'].map(makeAuthority) as [string, string, string];
  const bundle = 'etc/ssl/certs/ca-certificates.crt';
  const started = Date.now();
  const lines: string[] = [];
  const reached = async (what: string) => {
    lines.push(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
    await writeFile(outFile('user-data.txt'), lines.join(''));
  };
  await withServer(built.keys, async ({ keys, operate, config }) => {
    const next = await built.vary('3', {
      scripts: {
        'usr/lib/sysusers.d/newcomer.conf': 'u newcomer 777 "A new service" /var/lib/newcomer\n',
        [bundle]: first + second,
      },
    });
    await operate('publish', built.release('1'), '--keys', keys, '--channel', 'stable');
    await withVm('user-data', built.disk, async ({ start }) => {
      const credentials = {
        ...quickTimer,
        'interlock.config': config({ settle: 5 }),
        'interlock.user-data': documentWith(ours),
        'interlock.meta-data': 'instance-id: one\n',
      };
      const vm = await start({ mostBoots: 6, credentials });
      const authorities = async () => trusted(await vm.run(`cat /${bundle}`), { ours, first, second });
      await vm.waitForShell(bootSeconds);
      const { output } = await vm.try('systemctl is-system-running --wait', bootSeconds);
      expect({ output, failed: await vm.run('systemctl --failed --plain --no-legend') }).toEqual({
        output: 'running\n',
        failed: '',
      });
      await reached('version 1 is up');
      expect(await vm.run('cat /etc/hostname /proc/sys/kernel/hostname')).toBe('web-1\nweb-1\n');
      expect(await vm.run('id alice; getent passwd alice')).toBe(
        'uid=20001(alice) gid=20001(alice) groups=20001(alice),20000(web)\nalice:x:20001:20001::/home/alice:/bin/bash\n',
      );
      expect(await vm.run('cat /home/alice/.ssh/authorized_keys; stat -c "%U %a" /home/alice/.ssh')).toBe(
        `${userKey}\nalice 700\n`,
      );
      expect(await vm.run('cat /etc/motd')).toBe('hello\n');
      await vm.run('until [ -e /var/unit-ran ] && [ -e /var/ran ]; do sleep 1; done', 120);
      expect(await vm.run('cat /var/ran')).toBe('once\n');
      expect(await authorities()).toEqual(['ours']);
      expect(await vm.run('interlock-agent status', 120)).toMatch(/^user-data +smbios, instance one/m);
      expect(vm.console.text()).toContain('user-data of smbios, instance one, were applied');

      await operate('publish', next, '--keys', keys, '--channel', 'stable');
      await vm.waitForShell(updateSeconds, 2);
      await untilSettled(vm, '3', updateSeconds);
      await reached('version 3 is up, with a new system user and new authorities');
      expect(await runningIn(vm)).toMatchObject({ version: '3' });
      expect(await vm.run('id -u alice newcomer')).toBe('20001\n777\n');
      expect(await authorities()).toEqual(['ours', 'first', 'second']);
      expect(await vm.run('cat /var/ran')).toBe('once\n');
      await vm.run('grep -q ^alice: /etc/shadow && grep -q ^newcomer: /etc/shadow');

      await operate('rollback', 'tiny', '--channel', 'stable', '--to', '1', '--keys', keys);
      await vm.waitForShell(updateSeconds, 3);
      await untilSettled(vm, '1', updateSeconds);
      await reached('version 1 is up again');
      expect(await vm.run('id -u alice')).toBe('20001\n');
      expect((await vm.try('id -u newcomer')).status).toBe(1);
      expect(await authorities()).toEqual(['ours']);
      expect(await vm.run('systemctl --failed --plain --no-legend')).toBe('');
      lines.push(`${vm.cpuSeconds().toFixed(1)} s of the host's processor\n`);
      await writeFile(outFile('user-data.txt'), lines.join(''));
    });
  });
}, 3_600_000);

function documentWith(authority: string): string {
  const indented = authority.trim().replaceAll('\n', '\n      ');
  return `#cloud-config
hostname: web-1
groups: [web]
users:
  - name: alice
    shell: /bin/bash
    groups: [web]
    ssh_authorized_keys: ["${userKey}"]
write_files:
  - {path: /etc/motd, content: "hello\\n"}
ca_certs:
  trusted:
    - |
      ${indented}
coreos:
  units:
    - name: hello.service
      command: start
      content: |
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c "id -u alice >/var/unit-ran"
runcmd:
  - echo once >>/var/ran
`;
}

function makeAuthority(name: string): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '/dev/null'];
  return execFileSync('openssl', ['req', '-x509', '-subj', `/CN=${name}`, '-days', '30', ...key], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Which of these a bundle has. */
function trusted(bundle: string, authorities: Record<string, string>): string[] {
  return Object.keys(authorities).filter((name) => bundle.includes(authorities[name]!.trim()));
}
