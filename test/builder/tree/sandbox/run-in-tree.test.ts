import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildHostArch } from '../../../../builder/build-host/build-host-arch.ts';
import { runInTree, treeEnvironment } from '../../../../builder/tree/sandbox/run-in-tree.ts';

let folder: string;
const options = { env: treeEnvironment(1_775_037_600), arch: buildHostArch() };

/** The machine's busybox with what it is linked to. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run in-tree-'));
  await chmod(folder, 0o755);
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  const libraries = spawnSync('ldd', [busybox], { encoding: 'utf8' }).stdout.match(/\/\S+(?= \()/g) ?? [];
  for (const file of libraries) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(file, join(folder, file), { dereference: true });
  }
  await mkdir(join(folder, 'bin'), { recursive: true });
  await cp(busybox, join(folder, 'bin/busybox'), { dereference: true });
  await symlink('busybox', join(folder, 'bin/sh'));
});
afterAll(() => rm(folder, { recursive: true }));

it("runs a program of the tree as its root, on the sandbox's machine", async () => {
  const script =
    'busybox id -u; busybox hostname; busybox ls /dev /sys/class; busybox cat /proc/cmdline; echo "$1" > /made';
  const seen = await runInTree(folder, ['/bin/sh', '-c', script, 'sh', 'two words'], options);
  expect(seen.split('\n').slice(0, 2)).toEqual(['0', 'interlock-build']);
  expect(seen).toContain('/dev:\nfd\nfull\nnull\nrandom\nshm\nurandom\nzero\n');
  expect(seen).toContain('/sys/class:\nblock\nnet\n');
  expect(await readFile(join(folder, 'made'), 'utf8')).toBe('two words\n');
  expect(await readdir(join(folder, 'proc'))).toEqual([]);
});

it('says what failed by the name in the tree', async () => {
  await expect(runInTree(folder, ['/bin/sh', '-c', 'exit 3'], options)).rejects.toMatchObject({
    code: 'tool_failed',
    details: { tool: '/bin/sh', status: 3 },
  });
});
