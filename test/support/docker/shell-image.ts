import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

/** Shell: writes the files of a container with busybox alone, as `docker import` takes them; nobody has a registry here. */
export const packShell = `set -e
folder=$(mktemp -d); trap 'rm -rf $folder' EXIT; mkdir $folder/bin
shell=$(command -v busybox)
for file in $shell $(ldd $shell | grep -o '/[^ ]*'); do mkdir -p $folder\${file%/*}; cp -L $file $folder$file; done
for name in busybox sh sleep nc httpd wget echo cat; do ln -sf $shell $folder/bin/$name; done
tar -C $folder -c .`;

/** What that script writes. */
export async function shellImage(): Promise<Buffer> {
  return buffer(spawn('bash', ['-c', packShell], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout);
}
