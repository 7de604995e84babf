import { readFile } from 'node:fs/promises';
import { type CpioEntry, packCpio } from './cpio.ts';

/** What our small initrd is made of; paths have no leading `/`. */
export interface InitrdInput {
  /** The script that runs as process 1: what `readInit` gives. */
  init: Uint8Array;
  /** busybox, dmsetup, e2fsck, their loader and libraries, by path; all of them executable. */
  programs: ReadonlyMap<string, Uint8Array>;
  /** Uncompressed kernel modules by path, in the order they are loaded. */
  modules: ReadonlyMap<string, Uint8Array>;
  /** Modules that devices ask for, modprobe's tables, and firmware, by path. */
  drivers?: ReadonlyMap<string, Uint8Array>;
  /** Modules that only a live boot loads, by path and in order. */
  liveModules?: ReadonlyMap<string, Uint8Array>;
  /** Of processors, by the name the kernel looks for. */
  microcode?: ReadonlyMap<string, Uint8Array>;
}

const initParts = ['main', 'facts', 'state', 'live', 'machine'];

/** The script that becomes process 1, one file out of its parts; it expects the programs at their places in Debian. */
export async function readInit(): Promise<Buffer> {
  const read = (part: string) => readFile(new URL(`./init/${part}.sh`, import.meta.url), 'utf8');
  return Buffer.from([...(await Promise.all(initParts.map(read))), 'main\n'].join('\n'));
}

const mountPoints = ['dev', 'proc', 'sys', 'run', 'sysroot'];

/**
 * Puts the initrd together; the same input gives the same bytes. Microcode is in an archive of its own before all else, where
 * the kernel looks for it before it unpacks anything (Documentation/arch/x86/microcode.rst).
 */
export function packInitrd({ microcode = new Map(), ...input }: InitrdInput): Buffer {
  if (microcode.size === 0) return packMain(input);
  const { entries, add } = startArchive();
  for (const [name, content] of microcode) {
    add(`kernel/x86/microcode/${name}`, { kind: 'file', mode: 0o644, content });
  }
  return Buffer.concat([packCpio(entries), packMain(input)]);
}

function packMain({
  init,
  programs,
  modules,
  drivers = new Map(),
  liveModules = new Map(),
}: InitrdInput): Buffer {
  const { entries, add } = startArchive();
  const listOf = (files: ReadonlyMap<string, Uint8Array>) =>
    Buffer.from([...files.keys()].map((path) => `/${path}\n`).join(''));
  for (const path of mountPoints) add(path, { kind: 'directory' });
  add('dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 });
  add('init', { kind: 'file', mode: 0o755, content: init });
  add('modules', { kind: 'file', mode: 0o644, content: listOf(modules) });
  add('modules.live', { kind: 'file', mode: 0o644, content: listOf(liveModules) });
  for (const [path, content] of programs) add(path, { kind: 'file', mode: 0o755, content });
  // where modprobe and the kernel look
  if (drivers.size > 0) add('lib/modules', { kind: 'symlink', target: '/usr/lib/modules' });
  const hasFirmware = [...drivers.keys()].some((path) => path.startsWith('usr/lib/firmware/'));
  if (hasFirmware) add('lib/firmware', { kind: 'symlink', target: '/usr/lib/firmware' });
  for (const [path, content] of [...modules, ...drivers, ...liveModules])
    add(path, { kind: 'file', mode: 0o644, content });
  return packCpio(entries);
}

/** An archive to be, where adding a file adds the folders it lies in. */
function startArchive() {
  const entries = new Map<string, CpioEntry>();
  const add = (path: string, entry: CpioEntry) => {
    for (const parent of parentsOf(path)) {
      if (!entries.has(parent)) entries.set(parent, { kind: 'directory' });
    }
    entries.set(path, entry);
  };
  return { entries, add };
}

function parentsOf(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}
