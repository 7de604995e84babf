import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addUnits } from '../../../cli/units/units.ts';
import { createProgram } from '../../../system/command/command.ts';
import { type Machines, mayRunDocker, startMachines } from '../../support/docker/machines.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-units-'));
let world: Machines;

beforeAll(async () => {
  if (!mayRunDocker) return;
  world = await startMachines(3);
  const [first, ...others] = world.machines;
  await first!.docker.post('/swarm/init', { ListenAddr: '0.0.0.0:2377', AdvertiseAddr: first!.address });
  const { JoinTokens } = await first!.docker.get<{ JoinTokens: { Worker: string } }>('/swarm');
  for (const { docker, address } of others) {
    const joined = { ListenAddr: '0.0.0.0:2377', AdvertiseAddr: address, RemoteAddrs: [first!.address] };
    await docker.post('/swarm/join', { ...joined, JoinToken: JoinTokens.Worker });
  }
});
afterAll(async () => {
  await world?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Row {
  unit: string;
  machine: string | null;
  active: string;
  sub: string;
}

/** What a command prints. */
async function units(...words: string[]): Promise<string> {
  const printed: string[] = [];
  const write = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    const program = createProgram('interlock', '');
    addUnits(program);
    const docker = ['--docker', `unix://${world.machines[0]!.socket}`];
    await program.parseAsync(['units', ...words, ...docker], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return printed.join('');
}
const rowsOf = async (): Promise<Row[]> => JSON.parse(await units('list-units', '--json'));

const template = `[Unit]
Description=MyApp
After=docker.service
Requires=docker.service

[Service]
TimeoutStartSec=0
ExecStartPre=-/usr/bin/docker kill myapp-%i
ExecStartPre=-/usr/bin/docker rm myapp-%i
ExecStartPre=/usr/bin/docker pull shell
ExecStart=/usr/bin/docker run --name myapp-%i -e INSTANCE=%i shell \\
  sh -c "echo instance $$INSTANCE; busybox sleep 1000"
ExecStop=/usr/bin/docker stop -t 1 myapp-%i
Restart=always
RestartSec=1

[X-Fleet]
Conflicts=myapp@*.service
`;

test.skipIf(!mayRunDocker)(
  'the walk of the book: submit, start three instances on three machines, read them, lose a machine, stop, destroy',
  async () => {
    const file = join(folder, 'myapp@.service');
    writeFileSync(file, template);
    expect(await units('submit', file)).toBe('myapp@.service submitted\n');
    expect(await units('submit', file)).toBe('myapp@.service was submitted before\n');
    expect(await rowsOf()).toMatchObject([{ unit: 'myapp@.service', machine: null, sub: 'dead' }]);

    const launched = (await units('start', 'myapp@1', 'myapp@2.service')).trim().split('\n');
    expect(launched).toHaveLength(2);
    expect(new Set(launched.map((line) => line.split(' launched on ')[1])).size).toBe(2);
    await units('start', 'myapp@3');
    const rows = await rowsOf();
    expect(rows.map(({ unit }) => unit)).toEqual(['myapp@1.service', 'myapp@2.service', 'myapp@3.service']);
    expect(rows.map(({ machine }) => machine).toSorted()).toEqual(['n1', 'n2', 'n3']);

    expect(await units('list-machines')).toMatch(/n2 +10\.77\.0\.2 +worker +ready/);
    expect(await units('status', 'myapp@2')).toMatch(
      /myapp@2\.service - MyApp\nActive +active \(running\) since/,
    );
    expect(await units('journal', 'myapp@2')).toBe('instance 2\n');
    expect((await units('journal', 'myapp@')).trim().split('\n')).toEqual([
      'myapp@1.service: instance 1',
      'myapp@2.service: instance 2',
      'myapp@3.service: instance 3',
    ]);

    await expect(units('start', 'myapp@4', '--timeout', '2s')).rejects.toThrow(
      /myapp@4\.service does not run yet/,
    );
    await expect(units('start', 'myapp@9')).rejects.toThrow(/before myapp@9 start myapp@5/);
    await units('stop', 'myapp@4');
    await units('stop', 'myapp@1', 'myapp@2', 'myapp@3');
    expect(await rowsOf()).toMatchObject([{ unit: 'myapp@.service', sub: 'dead' }]);
    await units('destroy', 'myapp@', '--yes');
    expect(await rowsOf()).toEqual([]);
  },
);

test.skipIf(!mayRunDocker)(
  'a unit keeps to the machines with its label, moves when its machine loses power, and a global one runs everywhere',
  async () => {
    const [first, second, third] = world.machines;
    const nodes =
      await first!.docker.get<
        { ID: string; Version: { Index: number }; Spec: object; Description: { Hostname: string } }[]
      >('/nodes');
    for (const { ID, Version, Spec, Description } of nodes) {
      const Labels = Description.Hostname === 'n1' ? {} : { disk: 'ssd' };
      await first!.docker.post(`/nodes/${ID}/update?version=${Version.Index}`, { ...Spec, Labels });
    }
    const db = join(folder, 'db.service');
    writeFileSync(
      db,
      '[Service]\nExecStart=/usr/bin/docker run --rm shell busybox sleep 1000\n[X-Fleet]\nMachineMetadata=disk=ssd\n',
    );
    const every = join(folder, 'every.service');
    writeFileSync(
      every,
      '[Service]\nExecStart=/usr/bin/docker run --rm shell busybox sleep 1000\n[X-Fleet]\nGlobal=true\n',
    );
    await units('start', db);
    await units('start', every);
    const rows = await rowsOf();
    expect(
      rows
        .filter(({ unit }) => unit === 'every.service')
        .map(({ machine }) => machine)
        .toSorted(),
    ).toEqual(['n1', 'n2', 'n3']);
    const place = rows.find(({ unit }) => unit === 'db.service')?.machine;
    expect(['n2', 'n3']).toContain(place);
    const [lost, other] = place === 'n2' ? [second!, 'n3'] : [third!, 'n2'];
    await lost.cut();
    const cutAt = Date.now();
    await expect
      .poll(async () => (await rowsOf()).find(({ unit }) => unit === 'db.service'), {
        timeout: 60_000,
        interval: 500,
      })
      .toMatchObject({ machine: other, active: 'active' });
    expect(Date.now() - cutAt).toBeLessThan(60_000);
    await units('destroy', 'db', 'every', '--yes');
  },
);
