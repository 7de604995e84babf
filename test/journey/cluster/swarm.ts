import { setTimeout as sleep } from 'node:timers/promises';
import { containerImage, importContainer, webServer } from './container-tar.ts';
import type { Member } from './start-member.ts';

const patience = 600;

/** Makes the hosts managers of one swarm and runs the service `web` over them, a task for each. */
export async function startSwarm(members: readonly Member[]): Promise<void> {
  const [first, ...others] = members as [Member, ...Member[]];
  const importing = members.map(({ vm }) => vm.run(importContainer, patience));
  await first.vm.run(`docker swarm init --advertise-addr ${first.address}`, patience);
  const token = (await first.vm.run('docker swarm join-token --quiet manager', patience)).trim();
  for (const { vm, address } of others) {
    await vm.run(`docker swarm join --token ${token} --advertise-addr ${address} ${first.address}`, patience);
  }
  await Promise.all(importing);
  const options = `--name web --replicas ${members.length} --publish 8080:8080 --stop-signal SIGKILL`;
  const create = `docker service create --detach --no-resolve-image ${options} ${containerImage} ${webServer}`;
  await first.vm.run(create, patience);
  await until(first, 'all tasks running', async () => {
    const replicas = await first.vm.run('docker service ls --format {{.Replicas}}', patience);
    return replicas.trim() === `${members.length}/${members.length}`;
  });
}

/** Waits until every host takes tasks again. */
export async function untilAllActive(members: readonly Member[]): Promise<void> {
  const [first] = members as [Member];
  const list = "docker node ls --format '{{.Status}} {{.Availability}} {{.ManagerStatus}}'";
  await until(first, 'all nodes active', async () => {
    const { output } = await first.vm.try(list, patience);
    const nodes = output.trim().split('\n');
    return (
      nodes.length === members.length && nodes.every((node) => /^Ready Active (Leader|Reachable)$/.test(node))
    );
  });
}

async function until({ vm }: Member, what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patience * 1000; Date.now() < end; await sleep(3000)) {
    if (await isDone()) return;
  }
  throw new Error(
    `not ${what} within ${patience} s:\n${await vm.run('docker node ls; docker service ps web')}`,
  );
}
