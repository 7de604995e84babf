import type { NetworkInterfaceInfo } from 'node:os';
import { expect } from 'vitest';
import type { Vm } from '../support/vm/start-vm.ts';

const bootSeconds = 600;
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE alice@home';

/** User-data that make a whole host: a name, a user with a key, a file, and a unit that shows that it started after them. */
export function wholeDocument(name: string): string {
  return `#cloud-config
hostname: ${name}
users:
  - name: alice
    shell: /bin/bash
    ssh_authorized_keys: ["${key}"]
write_files:
  - {path: /etc/motd, owner: "alice:alice", defer: true, content: "this is ${name}\\n"}
coreos:
  units:
    - name: hello.service
      command: start
      content: |
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c "{ cat /proc/sys/kernel/hostname /etc/motd; stat -c %%U /etc/motd; } >/var/${name}"
`;
}

/** Waits for the end of a boot and checks that the host is what `wholeDocument` asked for. */
export async function expectWhole(vm: Vm, name: string, source: string): Promise<void> {
  const { output } = await vm.try('systemctl is-system-running --wait', bootSeconds);
  const failed = await vm.run('systemctl --failed --plain --no-legend');
  const journal = failed ? await vm.run('journalctl -b --no-pager | tail -40') : '';
  expect({ output, failed, journal }).toEqual({ output: 'running\n', failed: '', journal: '' });
  expect(await vm.run('systemctl is-active interlock-user-data.target hello.service')).toBe(
    'active\nactive\n',
  );
  expect(await vm.run('cat /etc/hostname /proc/sys/kernel/hostname')).toBe(`${name}\n${name}\n`);
  expect(await vm.run('id -un alice; cat ~alice/.ssh/authorized_keys')).toBe(`alice\n${key}\n`);
  expect(await vm.run(`cat /var/${name}`)).toBe(`${name}\nthis is ${name}\nalice\n`);
  expect(await vm.run('interlock-agent status', 120)).toMatch(new RegExp(`^user-data +${source}, `, 'm'));
  expect(vm.console.text()).toContain(`user-data of ${source}, instance ${name}, were applied`);
}

/** The addresses of a guest's devices by their names, without those that a device makes of its MAC address. */
export async function addressesIn(vm: Vm): Promise<Record<string, string[]>> {
  const devices = JSON.parse(
    await vm.run(`/usr/lib/interlock/node -p 'JSON.stringify(os.networkInterfaces())'`),
  ) as Record<string, NetworkInterfaceInfo[]>;
  return Object.fromEntries(
    Object.entries(devices)
      .filter(([name]) => name !== 'lo')
      .map(([name, all]) => [
        name,
        all
          .map(({ cidr }) => cidr!)
          .filter((cidr) => !cidr.startsWith('fe80:') && !cidr.includes('ff:fe'))
          .toSorted(),
      ]),
  );
}

/** Seconds after the kernel's start at which a unit's program began and ended. */
export async function timesOf(vm: Vm, unit: string): Promise<{ began: number; ended: number }> {
  const text = await vm.run(
    `systemctl show -P ExecMainStartTimestampMonotonic -P ExecMainExitTimestampMonotonic ${unit}`,
  );
  const [began, ended] = text
    .trim()
    .split('\n')
    .map((each) => Number(each) / 1e6);
  return { began: began!, ended: ended! };
}
