import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import forge from 'node-forge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formSwarm } from '../../../agent/swarm/form.ts';
import type { SwarmHost, SwarmPorts } from '../../../agent/swarm/ports.ts';
import { requireSwarmQuorum } from '../../../agent/swarm/quorum.ts';
import { joinKeys } from '../../../agent/swarm/records.ts';
import { emptySpec } from '../../../protocol/units/spec/service-spec.ts';
import { listNodes, type Task } from '../../../system/docker/swarm.ts';
import { type Etcd, openEtcd } from '../../../system/etcd/etcd.ts';
import { run } from '../../../system/process/run.ts';
import { type Machine, type Machines, mayRunDocker, startMachines } from '../../support/docker/machines.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-swarm-'));
let world: Machines;
let cluster: EtcdCluster;
let etcd: Etcd;
let machines: Machine[];

beforeAll(async () => {
  if (!mayRunDocker) return;
  [world, cluster] = await Promise.all([startMachines(4), startEtcd()]);
  machines = world.machines;
  etcd = openEtcd({ endpoints: cluster.endpoints });
});
afterAll(async () => {
  etcd?.close();
  await Promise.all([world?.stop(), cluster?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const hostOf = ({ name, address }: Machine, role: SwarmHost['role'] = 'manager'): SwarmHost => ({
  ...{ machineId: name, role, address, size: 4 },
});
const portsOf = ({ docker }: Machine): SwarmPorts => ({ docker, etcd });
const form = (machine: Machine, role?: SwarmHost['role']) =>
  formSwarm(portsOf(machine), hostOf(machine, role));

/** A host that forms as often as its unit would, until it is done. */
async function formed(machine: Machine, role?: SwarmHost['role']): Promise<string> {
  for (const start = Date.now(); ; await sleep(1000)) {
    try {
      return await form(machine, role);
    } catch (error) {
      if (Date.now() - start > 90_000) throw error;
    }
  }
}
const tokenFor = async (role: keyof typeof joinKeys) =>
  (JSON.parse((await etcd.read(joinKeys[role])).found?.text ?? '{}') as { token?: string }).token;

/** The program itself, on a host of files. */
function agent(machine: Machine, ...words: string[]): Promise<string> {
  const root = join(folder, machine.name);
  mkdirSync(join(root, 'etc/interlock/agent.d'), { recursive: true });
  const lock = `[lock]\nkind = "etcd"\nendpoints = ${JSON.stringify(cluster.endpoints)}\n`;
  writeFileSync(join(root, 'etc/interlock/agent.d/10.toml'), lock);
  writeFileSync(join(root, 'etc/machine-id'), `${'ab'.repeat(16)}\n`);
  const main = join(import.meta.dirname, '../../../agent/cli/main.ts');
  const env = { ...process.env, DOCKER_HOST: `unix://${machine.socket}` };
  return run(process.execPath, [main, '--root', root, ...words], { env });
}

test.skipIf(!mayRunDocker)(
  'one swarm is made, by a host that lost its power between making and publishing',
  async () => {
    const [n1, n2, n3, n4] = machines as [Machine, Machine, Machine, Machine];
    const cut: SwarmPorts = {
      etcd,
      docker: {
        ...n1.docker,
        async post<T>(path: string, body?: object): Promise<T> {
          await n1.docker.post(path, body);
          await n1.cut();
          throw new Error('the power is gone');
        },
      },
    };
    await expect(formSwarm(cut, hostOf(n1))).rejects.toThrow('the power is gone');
    await expect(form(n2)).rejects.toMatchObject({ code: 'swarm_waiting' });
    await n1.start();
    expect(await formed(n1)).toBe('made the swarm');
    const initial = await tokenFor('worker');
    await formed(n2);
    await formed(n3);
    const address = ['--address', n4.address];
    expect(await agent(n4, 'swarm', 'form', '--role', 'auto', ...address)).toBe(
      'this host joined the swarm as a worker\n',
    );
    const nodes = await listNodes(n1.docker);
    expect(nodes.map(({ Description, Spec }) => `${Description.Hostname} ${Spec.Role}`).toSorted()).toEqual([
      ...['n1 manager', 'n2 manager', 'n3 manager', 'n4 worker'],
    ]);
    // all four are there: the tokens of the beginning end
    await expect
      .poll(async () => (await form(n1)) && (await tokenFor('worker')) !== initial, { timeout: 30_000 })
      .toBe(true);
    const { JoinTokens } = await n1.docker.get<{ JoinTokens: { Worker: string; Manager: string } }>('/swarm');
    expect([await tokenFor('worker'), await tokenFor('manager')]).toEqual([
      JoinTokens.Worker,
      JoinTokens.Manager,
    ]);
  },
);

test.skipIf(!mayRunDocker)(
  'a host that was off for longer than its certificate holds, and one with a new disk, join again',
  async () => {
    const [n1, , , n4] = machines as [Machine, Machine, Machine, Machine];
    await n4.cut();
    writeExpired(join(world.folder, 'n4/data/swarm/certificates'));
    await n4.start();
    await formed(n4, 'worker');
    await n4.cut();
    await n4.start('empty');
    await formed(n4, 'worker');
    await expect
      .poll(
        async () => {
          await form(n1);
          return (await listNodes(n1.docker)).filter(({ Description }) => Description.Hostname === 'n4')
            .length;
        },
        { timeout: 90_000, interval: 2000 },
      )
      .toBe(1);
  },
);

test.skipIf(!mayRunDocker)(
  'a manager may leave while the others keep quorum; back again, it gets services of its own',
  async () => {
    const [n1, n2, n3, n4] = machines as [Machine, Machine, Machine, Machine];
    expect(await requireSwarmQuorum(portsOf(n2))).toBe('2 other managers of 3 stay');
    expect(await requireSwarmQuorum(portsOf(n4))).toBe('is no manager');
    await n3.cut();
    const spec = emptySpec('web');
    Object.assign(spec.TaskTemplate.ContainerSpec, {
      Image: 'shell',
      Args: ['busybox', 'sleep', '1000'],
      StopGracePeriod: 1e9,
    });
    Object.assign(spec.UpdateConfig, { Monitor: 1e8 });
    spec.Mode = { Replicated: { Replicas: 4 } };
    await expect
      .poll(() => requireSwarmQuorum(portsOf(n2)).catch(({ code }) => code), { timeout: 60_000 })
      .toBe('swarm_quorum');
    await expect(agent(n2, 'swarm', 'may-leave')).rejects.toThrow(/1 of 3 managers stay/);
    await n1.docker.post('/services/create', spec);
    const on = async (name: string) => {
      const node = (await listNodes(n1.docker)).findLast(({ Description }) => Description.Hostname === name);
      const tasks = await n1.docker.get<Task[]>('/tasks');
      return tasks.filter(({ NodeID, Status }) => NodeID === node?.ID && Status.State === 'running').length;
    };
    await expect
      .poll(async () => (await on('n1')) + (await on('n2')) + (await on('n4')), { timeout: 60_000 })
      .toBe(4);
    await n3.start();
    await formed(n3);
    const led = async () => (await Promise.all([n1, n2, n3].map((each) => form(each)))).join();
    await expect.poll(led, { timeout: 120_000, interval: 1000 }).toContain('spread web');
    expect(await on('n3')).toBeGreaterThanOrEqual(1);
    expect(await led()).not.toContain('spread');
  },
);

/** A certificate as swarm's own, whose time is over. */
function writeExpired(certificates: string): void {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const made = forge.pki.createCertificate();
  made.publicKey = keys.publicKey;
  made.serialNumber = '01';
  made.validity.notBefore = new Date('2020-01-01');
  made.validity.notAfter = new Date('2020-04-01');
  const names = [
    { name: 'organizationName', value: 'x' },
    { shortName: 'OU', value: 'swarm-worker' },
    { name: 'commonName', value: 'y' },
  ];
  made.setSubject(names);
  made.setIssuer(names);
  made.setExtensions([{ name: 'basicConstraints', cA: true }]);
  made.sign(keys.privateKey, forge.md.sha256.create());
  const pem = forge.pki.certificateToPem(made);
  for (const file of ['swarm-root-ca.crt', 'swarm-node.crt']) writeFileSync(join(certificates, file), pem);
  writeFileSync(join(certificates, 'swarm-node.key'), forge.pki.privateKeyToPem(keys.privateKey));
}
