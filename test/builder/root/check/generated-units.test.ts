import { expect, it } from 'vitest';
import { checkRoot } from '../../../../builder/root/check/check-root.ts';
import { generatedUnits } from '../../../../builder/root/check/generated-units.ts';
import { putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { defineWith, kernelRelease, makeRoot, putUnit } from './make-root.ts';

const folder = 'usr/lib/systemd/system-generators';
const binary = (...words: string[]) => Buffer.from(`\x7fELF\0${words.join('\0')}\0`);

/** Those of the names that no generator makes. */
async function unmade(tree: Tree, ...names: string[]): Promise<string[]> {
  const isGenerated = await generatedUnits(tree);
  return names.filter((name) => !isGenerated(name));
}

it('doubts no unit that a generator of the image names', async () => {
  const definition = defineWith();
  const tree = makeRoot(definition);
  const unit = '[Unit]\nRequires=rpc_pipefs.target gone.target\n[Service]\nExecStart=/usr/bin/sh\n';
  putUnit(tree, 'nfs-idmapd.service', unit);
  putFile(tree, `${folder}/rpc-pipefs-generator`, binary('rpc_pipefs', '.mount'), 0o755);
  expect(await checkRoot(tree, definition, kernelRelease)).toEqual([
    'nfs-idmapd.service requires gone.target, which is not in the image',
  ]);
});

it('knows instances by the name of their template', async () => {
  const tree: Tree = new Map();
  putFile(tree, `${folder}/crypt`, binary('systemd-cryptsetup'), 0o755);
  putFile(tree, `${folder}/db`, '#!/bin/sh\nln -s x "$1/shop@$version.service"\nx web\n', 0o755);
  const names = [
    'systemd-cryptsetup@data.service',
    'shop@17.service',
    's@1.service',
    'shop.service',
    'web.service',
  ];
  expect(await unmade(tree, ...names)).toEqual(['s@1.service', 'shop.service', 'web.service']);
});

it('asks only generators that run', async () => {
  const tree: Tree = new Map();
  putFile(tree, `${folder}/plain`, '#!/bin/sh\necho a.service\n', 0o644);
  putFile(tree, `${folder}/masked`, '#!/bin/sh\necho b.service\n', 0o755);
  putSymlink(tree, 'etc/systemd/system-generators/masked', '/dev/null');
  putFile(tree, 'usr/local/lib/systemd/system-generators/own', '#!/bin/sh\necho c.service\n', 0o755);
  expect(await unmade(tree, 'a.service', 'b.service', 'c.service')).toEqual(['a.service', 'b.service']);
});

it('knows the services of quadlet files where podman is', async () => {
  const tree: Tree = new Map();
  const put = (path: string, text = '') => putFile(tree, path, text);
  put('etc/containers/systemd/web.container', '[Container]\nImage=x\n');
  put('etc/containers/systemd/shop/db@.container');
  put('usr/share/containers/systemd/data.volume');
  put('etc/containers/systemd/net.network');
  put('etc/containers/systemd/p.pod', '[Pod]\nServiceName=pods\n');
  const names = [
    'web.service',
    'db@1.service',
    'data-volume.service',
    'net-network.service',
    'pods.service',
    'p-pod.service',
  ];
  expect(await unmade(tree, ...names)).toEqual(names);
  putFile(tree, 'usr/libexec/podman/quadlet', binary(), 0o755);
  putSymlink(tree, `${folder}/podman-system-generator`, '/usr/libexec/podman/quadlet');
  expect(await unmade(tree, ...names)).toEqual(['p-pod.service']);
});

it('knows the services of init scripts', async () => {
  const tree: Tree = new Map();
  putFile(tree, `${folder}/systemd-sysv-generator`, binary(), 0o755);
  putFile(tree, 'etc/init.d/old.sh', '#!/bin/sh\n# Provides: other $time\n', 0o755);
  putFile(tree, 'etc/init.d/README', '', 0o644);
  const names = ['old.service', 'other.service', 'README.service', '$time.service'];
  expect(await unmade(tree, ...names)).toEqual(['README.service', '$time.service']);
});
