import { readFileSync } from 'node:fs';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import type { Definition } from '../../../../builder/definition/definition.ts';
import { neededFiles } from '../../../../builder/root/check/needed-files.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';

export const kernelRelease = '6.12.1-amd64';

/** A definition with these more lines before `[slots]`. */
export function defineWith(more = ''): Definition {
  return parseDefinition(
    `name = "x"\nsuite = "trixie"\nkernel = "cloud"\n${more}\n[slots]\nroot = "1 GiB"\nverity = "16 MiB"\n`,
    'image.toml',
    '.',
    'x86-64',
  );
}

/** An ELF file for x86-64 that needs these libraries, with a DT_RUNPATH. */
export function elf(libraries: readonly string[] = [], runpath = '', machine = 62): Buffer {
  const names = [...libraries, runpath];
  const strings = Buffer.from(`\0${names.join('\0')}\0`);
  const offsetOf = (index: number) =>
    1 + names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0);
  const tags: [number, number][] = [
    [5, 4096],
    ...libraries.map((_, index): [number, number] => [1, offsetOf(index)]),
    ...(runpath ? [[29, offsetOf(libraries.length)] as [number, number]] : []),
    [0, 0],
  ];
  const file = Buffer.alloc(4096 + strings.length);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt16LE(machine, 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  const segment = (at: number, type: number, offset: number, length: number) => {
    file.writeUInt32LE(type, at);
    for (const [index, value] of [offset, offset, 0, length].entries()) {
      file.writeBigUInt64LE(BigInt(value), at + 8 + 8 * index);
    }
  };
  segment(64, 1, 0, file.length);
  segment(120, 2, 1024, 16 * tags.length);
  for (const [index, [tag, value]] of tags.entries()) {
    file.writeBigUInt64LE(BigInt(tag), 1024 + 16 * index);
    file.writeBigUInt64LE(BigInt(value), 1024 + 16 * index + 8);
  }
  strings.copy(file, 4096);
  return file;
}

/** Puts a unit into a tree, wanted by multi-user.target unless told otherwise. */
export function putUnit(
  tree: Tree,
  name: string,
  text: string,
  wantedBy: string | null = 'multi-user.target',
): void {
  const folder = 'usr/lib/systemd/system';
  putFile(tree, `${folder}/${name.replace(/@[^.]+\./, '@.')}`, text);
  if (wantedBy)
    putSymlink(tree, `${folder}/${wantedBy}.wants/${name}`, `../${name.replace(/@[^.]+\./, '@.')}`);
}

/** The smallest root that passes. */
export function makeRoot(definition: Definition): Tree {
  const tree: Tree = new Map();
  for (const folder of ['', 'dev', 'proc', 'run', 'sys', 'tmp', 'var', 'usr/bin', 'usr/sbin', 'usr/lib']) {
    putDirectory(tree, folder);
  }
  for (const name of ['bin', 'sbin', 'lib']) putSymlink(tree, name, `usr/${name}`);
  putDirectory(tree, `usr/lib/modules/${kernelRelease}`);
  for (const { path, isProgram } of neededFiles(definition)) {
    putFile(tree, path, isProgram ? elf() : '', isProgram ? 0o755 : 0o644);
  }
  const dist = new URL('../../../../agent/dist/', import.meta.url);
  for (const path of ['usr/bin/interlock-agent', 'usr/lib/systemd/system/interlock-agent.service']) {
    putFile(tree, path, readFileSync(new URL(path, dist)), path.includes('bin') ? 0o755 : 0o644);
  }
  putFile(tree, 'etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
  putFile(tree, 'etc/group', 'root:x:0:\n');
  putFile(tree, 'etc/machine-id', '', 0o444);
  putFile(tree, 'usr/lib/systemd/system/default.target', '[Unit]\nRequires=multi-user.target\n');
  putFile(tree, 'usr/lib/systemd/system/multi-user.target', '[Unit]\nRequires=basic.target\n');
  putFile(tree, 'usr/lib/systemd/system/basic.target', '[Unit]\n');
  return tree;
}
