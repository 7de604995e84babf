import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileHostPaths } from '../../../agent/hosts/file-host.ts';
import type { PartitionSizes } from '../../../builder/disk/disk-layout.ts';
import { espFiles } from '../../../builder/disk/esp-files.ts';
import { neededEsp, withExtracted } from '../../../builder/disk/esp-space.ts';
import { packDisk } from '../../../builder/disk/pack-disk.ts';
import { parseRelease } from '../../../protocol/documents/release.ts';
import { type Host, ownConfig, superviseHost } from './supervise-host.ts';

/** What makes one host different from another. */
export interface HostOptions {
  /** The host's folder; made when it does not exist. */
  dir: string;
  /** Folder of the release that is installed in slot a. */
  release: string;
  /** The host's own files under `/etc/interlock`, by path: `agent.d/10-host.toml`, `health.d/…` (made executable). */
  config: Record<string, string>;
  /** Bytes per partition; what is not given is small. */
  sizes?: Partial<PartitionSizes>;
  /** Pause between two runs of the agent, in milliseconds. */
  pollMs?: number;
  /** Another program in the agent's place. */
  agent?: string;
  /** What makes the disk; this release's unless given. */
  packDisk?: PackDisk;
}

/** A first-install disk's maker, of this release or of a former one. */
export type PackDisk = (release: string, out: string, options: { sizes: PartitionSizes }) => Promise<unknown>;

const mebibyte = 1024 * 1024;
const smallSizes = { root: 64 * mebibyte, verity: 2 * mebibyte, state: 8 * mebibyte };
/** Releases of tests have boot files of a few KiB that grow from one to the next. */
const smallBoot = mebibyte;

/** Installs a release on a new file-backed host, as a first-install disk would; nothing runs before `start`. */
export async function createHost(options: HostOptions): Promise<Host> {
  const { dir, release: folder, config, sizes, pollMs = 1000, agent } = options;
  const pack = options.packDisk ?? packDisk;
  const release = parseRelease(await readFile(join(folder, 'release.json')));
  const { rootHash } = release.root.verity;
  await mkdir(dir, { recursive: true });
  const boot = await readFile(join(folder, 'boot.efi'));
  const files = espFiles({ release, rootHash, boot });
  const esp = espRoom(boot);
  await pack(folder, join(dir, fileHostPaths.disk), { sizes: { ...smallSizes, esp, ...sizes } });
  for (const [path, bytes] of files) {
    await put(join(dir, fileHostPaths.esp, path), bytes, 0o644);
  }
  for (const [path, text] of Object.entries(config)) {
    await put(
      join(dir, ownConfig, path),
      text,
      /\.d\//.test(path) && !path.endsWith('.toml') ? 0o755 : 0o644,
    );
  }
  return superviseHost({ dir, pollMs, ...(agent && { agent }) });
}

/** As the builder reckons it, for a disk that a BIOS may start: what it refuses as too small is never made here. */
function espRoom(boot: Buffer): number {
  const image = { length: withExtracted * Math.max(boot.length, smallBoot) };
  // the loader twice, and its configuration
  const loader = { length: 2 * mebibyte };
  return (
    neededEsp(
      new Map([
        ['image', image],
        ['loader', loader],
      ]),
      image.length,
    ) * mebibyte
  );
}

async function put(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode });
}
