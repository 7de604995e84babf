import { hash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ArchivePackage, makeArchive } from '../../builder/support/make-archive.ts';
import { containerDisk, makeContainerTar } from '../cluster/container-tar.ts';
import { tryExample } from './try-example.ts';

const seconds = 600;

/** Stands for the vendor's: a program that looks for containerd and goes on running, its unit, and its defaults. */
const kubelet: ArchivePackage = {
  name: 'kubelet',
  version: '1.34.2-1.1',
  depends: 'iptables, kubernetes-cni',
  files: {
    'usr/bin/kubelet':
      '#!/bin/sh\ntest -S /run/containerd/containerd.sock || exit 1\necho "kubelet runs"\nexec sleep infinity\n',
    'lib/systemd/system/kubelet.service':
      '[Unit]\nDescription=kubelet\nAfter=containerd.service\n[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\nRestartSec=10\n[Install]\nWantedBy=multi-user.target\n',
  },
};
const plugins: ArchivePackage = {
  name: 'kubernetes-cni',
  version: '1.7.1-1.1',
  files: { 'opt/cni/bin/loopback': '#!/bin/sh\necho "{}"\n' },
};

test('the Kubernetes node runs its vendor’s kubelet over containerd', async () => {
  const tar = join(import.meta.dirname, `../out/kubernetes-${process.pid}.tar`);
  await mkdir(join(import.meta.dirname, '../out'), { recursive: true });
  await makeContainerTar(tar);
  try {
    await tryExample({
      name: 'kubernetes',
      more: 'jq',
      machine: { extra: containerDisk(tar) },
      prepare: startVendor,
      async use(vm) {
        expect(await vm.run('systemctl is-active containerd kubelet')).toBe('active\nactive\n');
        expect(await vm.run('journalctl -b -u kubelet --no-pager')).toContain('kubelet runs');
        expect(await vm.run('/opt/cni/bin/loopback')).toBe('{}\n');
        expect(
          await vm.run('cat /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/ipv4/ip_forward'),
        ).toBe('1\n1\n');
        await vm.run(
          'mkdir -p /run/rootfs; tar -xf /dev/disk/by-id/virtio-container -C /run/rootfs',
          seconds,
        );
        const said = await vm.run(
          'ctr run --rm --rootfs /run/rootfs once /bin/busybox echo from a container',
          seconds,
        );
        expect(said).toContain('from a container');
      },
    });
  } finally {
    await rm(tar, { force: true });
  }
}, 7_200_000);

/** Serves a repository like the vendor's on loopback and has the definition name it. */
async function startVendor(images: string): Promise<() => Promise<void>> {
  const folder = join(images, '../vendor');
  const archive = makeArchive(join(images, '../vendor-keys'), folder);
  await mkdir(folder, { recursive: true });
  archive.add('./', [kubelet, plugins], '2026-11-01T00:00:00Z');
  const server = createServer(async (request, response) => {
    const content = await readFile(join(folder, decodeURIComponent(request.url ?? '/'))).catch(() => null);
    response.writeHead(content ? 200 : 404).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = join(images, 'kubernetes/image.toml');
  const key = await readFile(archive.keyring);
  const text = (await readFile(file, 'utf8'))
    .replace('https://packages.example/kubernetes', address)
    .replace('vendor.asc', 'vendor.gpg')
    .replace(/0{64}/, hash('sha256', key));
  await writeFile(file, text);
  await writeFile(join(images, 'kubernetes/vendor.gpg'), key);
  return async () => {
    archive.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
