import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from '../../system/http/ask.ts';
import { type Lab, labPaths } from '../folder/lab.ts';
import { requireFree } from '../machine/ports.ts';
import type { Prepared } from '../prepare/prepare.ts';
import { callInterlock, type Interlock } from '../process/call-interlock.ts';
import { launch } from '../process/launch.ts';
import { runningPid } from '../process/running.ts';
import { waitForProgram } from './wait-for-program.ts';

/** Where commands of this machine find the lab's server. */
export function serverUrl({ server }: Lab): string {
  return `http://127.0.0.1:${server}`;
}

/** Starts the update server of a lab unless it runs, publishes the hosts' release once, and gives the token that they join with. */
export async function startServer(
  folder: string,
  lab: Lab,
  { folder: release }: Prepared,
  interlock: Interlock,
): Promise<string> {
  const { server, keys } = labPaths(folder);
  if (runningPid(server.record) === undefined) {
    await requireFree(lab.server, 'which the hosts know as that of the update server');
    const where = ['--data', server.data, '--listen', `127.0.0.1:${lab.server}`];
    const command = [...interlock, 'serve', ...where, '--online-keys', join(keys, 'online')] as const;
    await launch({ command, folder, log: server.log, record: server.record });
  }
  await waitForProgram({ program: 'the update server', ...server }, () => answers(lab));
  const token = await joinToken(folder, interlock);
  await publishOnce(folder, lab, release, interlock);
  return token;
}

async function answers(lab: Lab): Promise<boolean> {
  try {
    return (
      (await ask(`${serverUrl(lab)}/healthz`, { limit: 4096, timeout: { request: 2000 } })).status === 200
    );
  } catch {
    // not yet
    return false;
  }
}

async function joinToken(folder: string, interlock: Interlock): Promise<string> {
  const { join: file, server } = labPaths(folder);
  if (!existsSync(file)) {
    const args = ['token', 'create', '--role', 'join', '--name', 'lab', '--data', server.data];
    const { token } = await callInterlock<{ token: string }>(interlock, args, { isQuiet: true });
    await writeFile(`${file}.new`, token, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
  return await readFile(file, 'utf8');
}

/** Once, because an operator may have moved the channel on since. */
async function publishOnce(folder: string, lab: Lab, release: string, interlock: Interlock): Promise<void> {
  const { server, keys } = labPaths(folder);
  const done = join(server.data, 'lab-published');
  if (existsSync(done)) return;
  const env = { INTERLOCK_SERVER: serverUrl(lab), INTERLOCK_TOKEN: await adminToken(folder) };
  await callInterlock(interlock, ['publish', release, '--keys', keys, '--channel', lab.channel], {
    env,
    isQuiet: true,
  });
  await writeFile(done, '');
}

/** The token of the lab's operator. */
export async function adminToken(folder: string): Promise<string> {
  return (await readFile(join(labPaths(folder).server.data, 'admin-token'), 'utf8')).trim();
}
