import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { hostOf, type LabHost, labPaths, requireLab } from './folder/lab.ts';
import { reachMachine } from './machine/reach.ts';

/** A server says who it is as soon as it is connected; an emulated one takes its time. */
const greetingMs = 15_000;

/** Logs in to a host as root with the lab's key, or runs a command there; gives the exit status of ssh. Throws `no_ssh`, `host_off`. */
export async function ssh(folder: string, name: string, command: readonly string[]): Promise<number> {
  const host = hostOf(await requireLab(folder), name);
  if (reachMachine(labPaths(folder).host(name), name).pid() === undefined)
    throw new InterlockError('host_off', { host: name });
  await requireGreeting(host);
  const child = spawn('ssh', [...sshArgs(folder, host), ...command], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new InterlockError('tool_missing', { tool: 'ssh', package: 'openssh-client' }, { cause })),
    );
    child.once('close', (code) => resolve(code ?? 255));
  });
}

/** What to call ssh with, before a command. */
export function sshArgs(folder: string, { name, ssh: port }: LabHost): string[] {
  const { sshKey, knownHosts } = labPaths(folder);
  return [
    ...['-p', String(port), '-i', sshKey, '-l', 'root'],
    ...['-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile="${knownHosts}"`],
    // a lab that was begun anew has other hosts at the same ports
    ...['-o', 'StrictHostKeyChecking=accept-new', '-o', `HostKeyAlias=${name}`, '127.0.0.1'],
  ];
}

/** QEMU takes the connection in the guest's place, so only what is said shows whether somebody is there. */
async function requireGreeting({ name, ssh: port }: LabHost): Promise<void> {
  const socket = createConnection({ host: '127.0.0.1', port });
  const said = await new Promise<string>((resolve) => {
    socket.setTimeout(greetingMs, () => resolve(''));
    socket.once('data', (data) => resolve(data.toString('latin1')));
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
  });
  socket.destroy();
  if (!said.startsWith('SSH-'))
    throw new InterlockError('no_ssh', { host: name, problem: 'nothing in it listens on port 22' });
}
