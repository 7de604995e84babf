import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fetchNode } from '../../builder/tree/agent/fetch-node.ts';
import { kindOf } from '../../cli/complete/kind-of.ts';
import { createInterlock } from '../../cli/program.ts';
import { manPages } from '../../docs/man.ts';
import { describeProgram } from '../../system/command/command-tree.ts';
import { bashCompletion } from '../../system/completion/bash.ts';
import { fishCompletion } from '../../system/completion/fish.ts';
import { zshCompletion } from '../../system/completion/zsh.ts';
import { programFiles } from '../contents/program.ts';
import { type Architecture, architectures, launcher, native, runtimeFiles } from '../contents/runtime.ts';
import { trackedFiles } from '../contents/sources.ts';
import { type Entry, textFile } from '../deb/entry.ts';
import type { Package } from '../deb/write-deb.ts';
import { describeCopyright } from '../licences/copyright.ts';
import { shippedPackages } from '../licences/shipped-packages.ts';
import { controlOf } from './control.ts';
import { documentsOf, squeezed } from './documents.ts';
import type { Source } from './source.ts';

const relations = {
  Depends: 'libc6 (>= 2.28), libgcc-s1 (>= 3.4), libstdc++6 (>= 6)',
  // what only builds images is wanted by nearly everyone, and not on a server
  Recommends: 'bash-completion, debian-archive-keyring, e2fsprogs, kmod, mmdebstrap, uidmap, xz-utils',
  Suggests: 'arch-test, etcd-server, ovmf, qemu-system, qemu-user-static, qemu-utils',
};

/** The package with the command line and the builder. */
export async function interlockPackage(
  root: string,
  source: Source,
  architecture: Architecture,
): Promise<Package> {
  const cpu = architectures[architecture];
  const node = await fetchNode(architecture === 'arm64' ? 'arm64' : 'x86-64');
  const copyright = describeCopyright(root, shippedPackages(root, `node-linux-${cpu}`), node);
  const entries = new Map<string, Entry>([
    ['usr/bin/interlock', { kind: 'link', target: '../lib/interlock/bin/interlock' }],
    ['usr/lib/interlock/bin/interlock', launcher(root)],
    ...(await programFiles(root, native, source.commit)),
    ...runtimeFiles(root, node, architecture),
    ...sharedFiles(root),
    ...(await completions()),
    ...documentsOf('interlock', copyright, source),
    [
      'usr/share/lintian/overrides/interlock',
      textFile(readFileSync(join(root, 'packaging/lintian'), 'utf8')),
    ],
    ['usr/share/doc/interlock/changelog.gz', squeezed(readFileSync(join(root, 'CHANGELOG.md')))],
  ]);
  const text = [
    'Builds signed, read-only Debian images, publishes them to channels and',
    'rolls them out, so that every host of a fleet writes an image into its',
    'other slot and reboots, never more than a set number at once.',
    '.',
    'This package has the command line and the builder, with the Node.js that',
    'they run on.',
  ].join('\n');
  const summary = 'immutable A/B operating system images: build, sign, roll out';
  return {
    control: controlOf(
      { name: 'interlock', version: source.version, architecture, summary, text },
      relations,
    ),
    entries,
  };
}

/** Image definitions, and the pages of man(1). */
function sharedFiles(root: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [path, entry] of trackedFiles(root, ['images']))
    entries.set(`usr/share/interlock/${path}`, entry);
  for (const [path, render] of Object.entries(manPages)) {
    entries.set(`usr/share/man/man1/${basename(path)}.gz`, squeezed(Buffer.from(render())));
  }
  return entries;
}

async function completions(): Promise<[string, Entry][]> {
  const program = describeProgram(await createInterlock());
  return [
    ['usr/share/bash-completion/completions/interlock', textFile(bashCompletion(program, kindOf))],
    ['usr/share/zsh/vendor-completions/_interlock', textFile(zshCompletion(program, kindOf))],
    ['usr/share/fish/vendor_completions.d/interlock.fish', textFile(fishCompletion(program, kindOf))],
  ];
}
