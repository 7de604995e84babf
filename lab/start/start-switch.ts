import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Lab, labPaths } from '../folder/lab.ts';
import { type Network, readNetwork, writeNetwork } from '../folder/network.ts';
import { connectTo, controlSocket, portSocket } from '../folder/sockets.ts';
import type { Interlock } from '../process/call-interlock.ts';
import { launch } from '../process/launch.ts';
import { runningPid } from '../process/running.ts';
import { waitForProgram } from './wait-for-program.ts';

/** Starts the switch of a lab unless it runs, with a port for each host; the hosts that were cut off stay so. */
export async function startSwitch(folder: string, lab: Lab, interlock: Interlock): Promise<void> {
  const { network, switch: files } = labPaths(folder);
  await mkdir(network, { recursive: true, mode: 0o700 });
  const { cut } = await readNetwork(files.state);
  const ports = lab.hosts.map(({ name }) => name);
  if (runningPid(files.record) !== undefined) return changeNetwork(folder, { ports, cut });
  await writeNetwork(files.state, { ports, cut });
  await rm(join(network, controlSocket), { force: true });
  const log = join(network, 'switch.log');
  const command = [...interlock, 'lab', 'switch', network] as const;
  await launch({ command, folder: network, log, record: files.record });
  const last = join(network, portSocket(ports.at(-1)!));
  const isThere = async () => existsSync(last) && existsSync(join(network, controlSocket));
  await waitForProgram({ program: 'the switch', log, record: files.record }, isThere);
}

/** Changes what the switch goes by, and comes back when it does. */
export async function changeNetwork(folder: string, network: Network): Promise<void> {
  const paths = labPaths(folder);
  await writeNetwork(paths.switch.state, network);
  // when it starts it reads the same file
  if (runningPid(paths.switch.record) === undefined) return;
  const answer = await text(await connectTo(join(dirname(paths.switch.state), controlSocket)));
  if (answer !== 'done\n') throw new Error(`the switch does not follow: ${answer}`);
}
