import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRelease, type Release, releaseId } from '../../protocol/documents/release.ts';
import type { Arch } from '../../protocol/schema/schema.ts';
import { readGiven } from '../../system/files/read-given.ts';
import { run } from '../../system/process/run.ts';
import { type Lab, type LabHost, labPaths } from '../folder/lab.ts';
import { machineFiles } from '../machine/machine-files.ts';
import { machineType } from '../machine/machine-type.ts';
import { makeSshKey } from '../machine/ssh-key.ts';
import { callInterlock, type Interlock } from '../process/call-interlock.ts';

/** The release that a lab's hosts start from. */
export interface Prepared {
  folder: string;
  release: Release;
}

/** The version that an image of one's own gets; updates have higher ones. */
const firstVersion = '1';

/**
 * Makes what a lab needs and does not have yet: keys, a release, a first-install disk, and a folder for each host. Cut anywhere and
 * repeated, it goes on: each thing gets its name when it is whole.
 */
export async function prepare(folder: string, lab: Lab, interlock: Interlock): Promise<Prepared> {
  const paths = labPaths(folder);
  await makeOnce(paths.sshKey, () => makeSshKey(paths.sshKey));
  await makeOnce(paths.keys, (to) =>
    lab.keys === paths.keys
      ? callInterlock(interlock, ['keys', 'init', to, '--no-x509'])
      : cp(lab.keys, to, { recursive: true }),
  );
  const from = await releaseFolder(folder, lab, interlock);
  const release = parseRelease(await readGiven(join(from, 'release.json')));
  await makeOnce(paths.disk, async (to) => {
    const size = lab.stateSize === undefined ? [] : ['--state-size', lab.stateSize];
    await callInterlock(interlock, ['disk', from, '--out', to, ...size]);
  });
  for (const host of lab.hosts)
    await makeOnce(paths.host(host.name), (to) => makeHost(to, paths.disk, host, release.arch));
  return { folder: from, release };
}

async function releaseFolder(folder: string, { source }: Lab, interlock: Interlock): Promise<string> {
  if (source.kind === 'release') return source.folder;
  const { releases, keys } = labPaths(folder);
  const noted = join(releases, 'first');
  if (!existsSync(noted)) {
    const trust = ['--trust', join(keys, 'metadata/root.json')];
    const args = ['build', source.folder, '--version', firstVersion, '--out', releases, ...trust];
    const { folder: built } = await callInterlock<{ folder: string }>(interlock, args);
    await writeFile(noted, built);
  }
  return await readFile(noted, 'utf8');
}

/** A host's disk holds what differs from the first-install disk, so many hosts cost little. */
async function makeHost(to: string, firstDisk: string, { userData }: LabHost, arch: Arch): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  await copyFile(machineType(arch).firmware.variables, join(to, machineFiles.variables));
  if (userData !== null) await copyFile(userData, join(to, 'user-data'));
  const backing = ['-b', `../${firstDisk.slice(firstDisk.lastIndexOf('/') + 1)}`, '-F', 'raw'];
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...backing, machineFiles.disk], { cwd: to });
}

/** What a cut-off try left is thrown away. */
async function makeOnce(path: string, make: (to: string) => Promise<unknown>): Promise<void> {
  if (existsSync(path)) return;
  const unfinished = `${path}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await make(unfinished);
  // keys have their own name already
  if (existsSync(unfinished)) await rename(unfinished, path);
}

/** As people and the server call it. */
export function nameOf({ release }: Prepared): string {
  return releaseId(release);
}
