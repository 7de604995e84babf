import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withFile } from '../../../system/files/durable.ts';
import type { About } from './about.ts';
import { type Machine, ovf, vmwareMachine } from './ovf.ts';
import { pourInto } from './pour.ts';
import type { RawDisk } from './raw-disk.ts';
import { writeVmdk } from './vmdk.ts';
import { type Member, tarOf } from './write-tar.ts';

const piece = 64 * 1024;

/** Writes an appliance: descriptor, manifest, disk, in the order that lets an importer read it as a stream (DSP0243, 5.2). */
export async function writeOva(disk: RawDisk, out: FileHandle, about: About, scratch: string): Promise<void> {
  const file = join(scratch, `${about.name}-disk1.vmdk`);
  const { name, text, member } = await applianceParts(disk, file, about, vmwareMachine);
  const manifest = [
    `SHA256(${name})= ${createHash('sha256').update(text).digest('hex')}`,
    `SHA256(${member.name})= ${await sha256Of(file)}`,
  ];
  const members: Member[] = [
    { name, text },
    { name: `${about.name}.mf`, text: `${manifest.join('\n')}\n` },
    member,
  ];
  const archive = Readable.from(tarOf(members, about.time));
  await pipeline(archive, pourInto(out));
}

/** Writes the disk of an appliance into `file` and describes it as one that this machine boots from. */
export async function applianceParts(disk: RawDisk, file: string, about: About, machine: Machine) {
  await withFile(file, 'w', (vmdk) => writeVmdk(disk, vmdk));
  let populated = 0;
  for await (const { bytes } of disk.filled(piece)) populated += bytes.length;
  const named = `${about.name}-disk1.vmdk`;
  const sizes = { fileSize: (await stat(file)).size, capacity: disk.size, populated };
  const text = ovf(about, { file: named, ...sizes }, machine);
  return { name: `${about.name}.ovf`, text, member: { name: named, file } };
}

async function sha256Of(file: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer);
  return digest.digest('hex');
}
