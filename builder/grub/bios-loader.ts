import { readFile } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { longestCore } from '../../protocol/formats/disk/bios-loader.ts';
import { packCpio } from '../boot-file/cpio.ts';
import { coreImage, scriptPath } from './core-image.ts';

/** All that our configurations call, and what a medium's needs; nothing is loaded later from a file that nobody signed. */
const wanted = [
  ...['biosdisk', 'part_gpt', 'part_msdos', 'fat', 'iso9660', 'memdisk', 'newc'],
  ...['normal', 'configfile', 'test', 'regexp', 'loadenv', 'probe', 'linux', 'chain'],
  ...['search', 'search_fs_file', 'search_label', 'echo', 'sleep', 'reboot'],
];

/**
 * Makes what a BIOS starts, boot sector and core image one behind the other, from files of Debian's grub-pc-bin by name.
 * The same files give the same bytes. Throws `bad_input`.
 */
export async function biosLoader(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const early = await readFile(new URL('./config/early.cfg', import.meta.url));
  const script = { kind: 'file', mode: 0o644, content: early } as const;
  const archive = packCpio(new Map([[scriptPath.slice(1), script]]));
  const modules = withDependencies(wanted, files.get('moddep.lst')?.toString() ?? '');
  const missing = modules.find((name) => !files.has(`${name}.mod`));
  if (missing !== undefined) throw refused(`has no module ${missing}`);
  const core = coreImage({ files, modules, archive });
  const sector = files.get('boot.img');
  if (!core || sector?.length !== 512) throw refused('is not what this builder knows');
  if (core.length > longestCore) throw refused(`makes a core image of ${core.length} bytes`);
  return Buffer.concat([sector, core]);
}

/** The configuration that lies on a disk's EFI system partition. */
export function readGrubConfig(): Promise<Buffer> {
  return readFile(new URL('./config/grub.cfg', import.meta.url));
}

/** Modules in an order in which each finds those that it needs; `list` has lines `module: needed needed`. */
function withDependencies(names: readonly string[], list: string): string[] {
  const lines = list.split('\n').map((line) => line.split(/:\s*/, 2) as [string, string?]);
  const needs = new Map(lines.map(([name, needed = '']) => [name, needed.split(/\s+/).filter(Boolean)]));
  const ordered = new Set<string>();
  const add = (name: string, asked: ReadonlySet<string>) => {
    if (ordered.has(name) || asked.has(name)) return;
    for (const each of needs.get(name) ?? []) add(each, new Set([...asked, name]));
    ordered.add(name);
  };
  for (const name of names) add(name, new Set());
  return [...ordered];
}

function refused(problem: string): InterlockError {
  return new InterlockError('bad_input', { what: 'grub-pc-bin', problem });
}
