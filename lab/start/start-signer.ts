import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile } from '../../system/files/private-files.ts';
import { type Lab, labPaths } from '../folder/lab.ts';
import { requireFree } from '../machine/ports.ts';
import { mostHosts, outsideAddress } from '../plan/addresses.ts';
import type { HostEtcd } from '../plan/host-documents.ts';
import { callInterlock, type Interlock } from '../process/call-interlock.ts';
import { launch } from '../process/launch.ts';
import { runningPid } from '../process/running.ts';
import { adminToken, serverUrl } from './start-server.ts';
import { waitForProgram } from './wait-for-program.ts';

/** A lab is for trying things; its hosts come up within a week of its making, as long as the discovery lasts. */
const secretLife = '7d';
const usualMembers = 3;

/** How many members a new lab's etcd has: an odd number, and none where the release has no etcd. */
export async function membersFor(release: string, hosts: number): Promise<number> {
  const lock = await readFile(join(release, 'packages.lock'), 'utf8');
  if (!/\betcd-server\b/.test(lock)) return 0;
  return hosts < usualMembers ? 1 : usualMembers;
}

/** Starts the signer of the hosts' etcd unless it runs, and gives what every host is told of it; null for a lab without etcd. */
export async function startSigner(folder: string, lab: Lab, interlock: Interlock): Promise<HostEtcd | null> {
  const { etcd } = lab;
  if (!etcd || etcd.members === 0) return null;
  const { etcdKeys, signer } = labPaths(folder);
  const authority = await makeKeys(folder, interlock);
  if (runningPid(signer.record) === undefined) {
    await requireFree(etcd.signer, 'which the hosts know as that of the signer');
    const where = ['--keys', etcdKeys, '--listen', `127.0.0.1:${etcd.signer}`, '--name', outsideAddress];
    const command = [...interlock, 'etcd', 'signer', ...where] as const;
    await launch({ command, folder, log: signer.log, record: signer.record });
  }
  await waitForProgram({ program: 'the signer', ...signer }, () => isListening(etcd.signer));
  const invitation = await invite(folder, lab, etcd.members, interlock);
  return { ...invitation, authority, signer: `https://${outsideAddress}:${etcd.signer}` };
}

async function makeKeys(folder: string, interlock: Interlock): Promise<string> {
  const { etcdKeys, etcdAuthority } = labPaths(folder);
  if (!existsSync(etcdAuthority)) {
    const unfinished = `${etcdKeys}.new`;
    for (const path of [etcdKeys, unfinished]) await rm(path, { recursive: true, force: true });
    const { fingerprint } = await callInterlock<{ fingerprint: string }>(
      interlock,
      ['keys', 'etcd', unfinished, '--name', `lab ${folder}`],
      { isQuiet: true },
    );
    await rename(unfinished, etcdKeys);
    await writeDurably(etcdAuthority, fingerprint);
  }
  return await readFile(etcdAuthority, 'utf8');
}

/** Where members meet, and the secret that lets this lab's hosts in. */
type Invitation = Pick<HostEtcd, 'discovery' | 'join'>;

async function invite(folder: string, lab: Lab, members: number, interlock: Interlock): Promise<Invitation> {
  const { etcdKeys, etcdInvitation } = labPaths(folder);
  if (!existsSync(etcdInvitation)) {
    const env = { INTERLOCK_SERVER: serverUrl(lab), INTERLOCK_TOKEN: await adminToken(folder) };
    const size = ['--size', String(members)];
    const quiet = { env, isQuiet: true };
    const { url } = await callInterlock<{ url: string }>(interlock, ['discovery', 'new', ...size], quiet);
    const terms = ['--hosts', String(mostHosts), '--members', String(members), '--ttl', secretLife];
    const { secret } = await callInterlock<{ secret: string }>(
      interlock,
      ['etcd', 'join-secret', 'new', '--keys', etcdKeys, ...terms],
      quiet,
    );
    const discovery = `http://${outsideAddress}:${lab.server}${new URL(url).pathname}`;
    await writeDurably(etcdInvitation, JSON.stringify({ discovery, join: secret }), privateFile);
  }
  return JSON.parse(await readFile(etcdInvitation, 'utf8')) as Invitation;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
