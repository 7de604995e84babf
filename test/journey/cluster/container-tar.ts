import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../../system/process/run.ts';

/** Runs in the container: a web server that gives the container's own host name under `/hostname`. */
export const webServer = '/bin/busybox httpd -f -p 8080 -h /etc';

/** Makes the tar of a container from this machine's busybox and its libraries: no registry is asked. */
export async function makeContainerTar(file: string): Promise<void> {
  const tree = `${file}.tree`;
  const busybox = (await run('sh', ['-c', 'command -v busybox'])).trim();
  const libraries = (await run('ldd', [busybox]).catch(() => '')).matchAll(/(\/\S+) \(0x/g);
  try {
    await mkdir(join(tree, 'etc'), { recursive: true });
    await copy(busybox, join(tree, 'bin/busybox'));
    for (const [, library = ''] of libraries) await copy(library, join(tree, library));
    await writeFile(join(tree, 'etc/passwd'), 'root:x:0:0::/:/bin/busybox\n');
    await run('tar', ['-C', tree, '-cf', file, '.']);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true });
}

/** A disk that is the tar itself; in the guest it is `/dev/disk/by-id/virtio-container`. */
export function containerDisk(file: string): string[] {
  const drive = `if=none,id=container,format=raw,readonly=on,file=${file}`;
  return ['-drive', drive, '-device', 'virtio-blk-pci,drive=container,serial=container'];
}

/** Name of the image. A swarm asks the image's registry before it takes its own copy; this one refuses at once. */
export const containerImage = '127.0.0.1:1/app';

/** Shell: makes the image from that disk. */
export const importContainer = `docker import - ${containerImage} </dev/disk/by-id/virtio-container >/dev/null`;
