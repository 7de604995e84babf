import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { containerDisk, makeContainerTar } from '../cluster/container-tar.ts';
import { tryExample } from './try-example.ts';

const seconds = 600;

test('the edge box runs containers, by hand and as a unit, and speaks WireGuard', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-edge-container-'));
  try {
    const tar = join(folder, 'container.tar');
    await makeContainerTar(tar);
    await tryExample({
      name: 'edge',
      more: 'jq',
      // the application's unit waits for an image that its owner brings
      config: {
        'systemd/system/app.service.d/50-image.conf': '[Unit]\nConditionPathExists=/var/lib/app-image\n',
      },
      machine: { extra: containerDisk(tar) },
      async use(vm) {
        await vm.run(
          `podman image exists localhost/app || podman import -c 'CMD ["/bin/busybox", "sleep", "1000"]' - localhost/app </dev/disk/by-id/virtio-container`,
          seconds,
        );
        const said = await vm.run(
          'podman run --rm --network=none localhost/app /bin/busybox echo from a container',
          seconds,
        );
        expect(said).toContain('from a container');
        await vm.run('touch /var/lib/app-image; systemctl start app.service', seconds);
        expect(await vm.run('systemctl is-active app.service')).toBe('active\n');
        expect(await vm.run('podman ps --format {{.Image}}', seconds)).toContain('localhost/app');
        expect(await vm.run('nmcli --terse --fields STATE general', seconds)).toMatch(/^connected/);
        await vm.run(
          'ip link add wg0 type wireguard; wg genkey | wg set wg0 private-key /dev/stdin; wg show wg0',
        );
        expect(await vm.run('ls /usr/lib/firmware/intel-ucode | head -1')).not.toBe('');
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 7_200_000);
