import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { withFile } from '../../../system/files/durable.ts';
import type { About } from './about.ts';
import { applianceParts } from './ova.ts';
import { virtualboxMachine } from './ovf.ts';
import { pourInto } from './pour.ts';
import { writeQcow2 } from './qcow2.ts';
import type { RawDisk } from './raw-disk.ts';
import { type Member, tarOf } from './write-tar.ts';

const gibibyte = 1024 ** 3;

/** Nobody but root is on every image, and nothing of the machine's owner is copied into it. */
const common = [
  '  config.ssh.username = "root"',
  '  config.ssh.shell = "sh"',
  '  config.ssh.insert_key = false',
  '  config.vm.synced_folder ".", "/vagrant", disabled: true',
];

/** Writes a box for vagrant-libvirt: the disk as qcow2, whose size the provider wants in GiB. */
export async function writeLibvirtBox(
  disk: RawDisk,
  out: FileHandle,
  about: About,
  scratch: string,
): Promise<void> {
  const file = join(scratch, 'box.img');
  await withFile(file, 'w', (image) => writeQcow2(disk, image));
  const size = Math.ceil(disk.size / gibibyte);
  await writeBox(out, about, [
    json({ provider: 'libvirt', format: 'qcow2', virtual_size: size, architecture: debianArch(about) }),
    vagrantfile([
      '  config.vm.provider :libvirt do |libvirt|',
      '    libvirt.disk_bus = "virtio"',
      '    libvirt.nic_model_type = "virtio"',
      '  end',
    ]),
    { name: 'box.img', file },
  ]);
}

/** Writes a box for VirtualBox: the appliance's parts under the names that the provider looks for. */
export async function writeVirtualboxBox(
  disk: RawDisk,
  out: FileHandle,
  about: About,
  scratch: string,
): Promise<void> {
  const file = join(scratch, `${about.name}-disk1.vmdk`);
  const { text, member } = await applianceParts(disk, file, about, virtualboxMachine);
  await writeBox(out, about, [
    json({ provider: 'virtualbox', architecture: debianArch(about) }),
    vagrantfile([
      '  config.vm.provider :virtualbox do |machine|',
      '    machine.customize ["modifyvm", :id, "--firmware", "efi", "--nictype1", "virtio"]',
      '    machine.check_guest_additions = false',
      '  end',
    ]),
    { name: 'box.ovf', text },
    member,
  ]);
}

function json(value: object): Member {
  return { name: 'metadata.json', text: `${JSON.stringify(value)}\n` };
}

function vagrantfile(own: readonly string[]): Member {
  const lines = ['Vagrant.configure("2") do |config|', ...common, ...own, 'end'];
  return { name: 'Vagrantfile', text: `${lines.join('\n')}\n` };
}

function debianArch({ arch }: About): string {
  return arch === 'x86-64' ? 'amd64' : 'arm64';
}

async function writeBox(out: FileHandle, { time }: About, members: readonly Member[]): Promise<void> {
  const archive = Readable.from(tarOf(members, time));
  await pipeline(archive, createGzip(), pourInto(out));
}
