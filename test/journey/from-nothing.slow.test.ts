import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { shellImage } from '../support/docker/shell-image.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { eventually, openLab } from './from-nothing/lab.ts';
import { outFile } from './with-vm.ts';

const patience = 1200;
let built: Built;
beforeAll(async () => {
  built = await buildImages('core');
});

/** One document for all hosts; the lab says what user-data of a real cluster would say of etcd. */
const userData = `#cloud-config
write_files:
  - {path: /etc/interlock/swarm.env, content: "SWARM_SIZE=4\\n"}
  - {path: /etc/interlock/register.env, content: "REGISTER_DOMAIN=cluster.local\\n"}
`;

const unit = `[Unit]
Description=MyApp
After=docker.service
Requires=docker.service

[Service]
ExecStartPre=-/usr/bin/docker kill myapp-%i
ExecStartPre=-/usr/bin/docker rm myapp-%i
ExecStart=/usr/bin/docker run --name myapp-%i -p 8080:80 shell busybox httpd -f -p 80
ExecStop=/usr/bin/docker stop -t 5 myapp-%i

[X-Fleet]
Conflicts=myapp@*.service
`;

const names = ['n1', 'n2', 'n3', 'n4'];

interface Row {
  unit: string;
  machine: string | null;
  sub: string;
}

test('one command and one document make an etcd with TLS, a swarm on it, and services that outlive a machine', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'interlock-nothing-'));
  const lab = openLab(join(scratch, 'lab'));
  const began = Date.now();
  const figures: string[] = [];
  const note = async (what: string) => {
    figures.push(`${((Date.now() - began) / 1000).toFixed(0).padStart(5)} s  ${what}\n`);
    await mkdir(dirname(outFile('from-nothing.txt')), { recursive: true });
    await writeFile(outFile('from-nothing.txt'), figures.join(''));
  };
  try {
    await writeFile(join(scratch, 'host.yaml'), userData);
    const given = ['--keys', built.keys, '--user-data', join(scratch, 'host.yaml')];
    const up = () =>
      lab.call<{ hosts: { name: string; memoryBytes: number }[] }>(
        'up',
        ...[
          built.release('1'),
          ...given,
          '--hosts',
          String(names.length),
          '--etcd',
          '3',
          '--timeout',
          '2400',
        ],
      );
    const { hosts } = await up();
    await note(
      `four hosts checked in; memory of QEMU ${hosts.map(({ memoryBytes }) => Math.round(memoryBytes / 2 ** 20)).join(', ')} MiB`,
    );

    const etcdctl = (words: string) => `set -a; . /var/lib/interlock/etcd/client.env; etcdctl ${words} 2>&1`;
    const members = await eventually(patience, async () => {
      const states = await Promise.all(
        names.map(async (name) => ({
          name,
          ...(JSON.parse(await lab.on(name, 'interlock-agent etcd status --json')) as { mode: string }),
        })),
      );
      const found = states.filter(({ mode }) => mode === 'member').map(({ name }) => name);
      expect(found).toHaveLength(3);
      return found;
    });
    await eventually(patience, async () =>
      expect((await lab.on(members[0]!, etcdctl('endpoint health'))).match(/is healthy/g)).toHaveLength(3),
    );
    await note(`etcd is healthy: members ${members.join(', ')}`);
    // nobody without a certificate is heard, by the very program that was answered above
    const stranger =
      'etcdctl --endpoints https://10.77.0.11:2379 --insecure-skip-tls-verify get x 2>&1; echo "status $?"';
    expect(await lab.on(members[0]!, stranger)).toMatch(/status [1-9]/);

    const nodes = 'docker node ls --format "{{.Hostname}} {{.Status}} {{.ManagerStatus}}"';
    const allReady = () =>
      eventually(patience, async () =>
        expect((await lab.on(members[0]!, nodes)).match(/ Ready /g)).toHaveLength(names.length),
      );
    await allReady();
    const listed = (await lab.on(members[0]!, nodes)).trim().split('\n');
    const managers = listed
      .filter((line) => /Leader|Reachable/.test(line))
      .map((line) => line.split(' ')[0]!);
    expect(managers.toSorted()).toEqual(members);
    await note('the swarm has four nodes, its managers on the members of etcd');

    const image = await shellImage();
    for (const name of names) await lab.feed(name, 'docker import - shell', image);
    const docker = await lab.forwardDocker(members[0]!);
    const units = async (...words: string[]) =>
      run(process.execPath, [interlock, 'units', ...words, '--docker', `unix://${docker.socket}`]);
    const rows = async () => JSON.parse(await units('list-units', '--json')) as Row[];
    const running = async () => (await rows()).filter(({ sub }) => sub === 'running');
    const registered = async (host: string) =>
      lab.on(
        host,
        `${etcdctl('--user register:$(sed -n \'s/.*"register":"\\([^"]*\\)".*/\\1/p\' /var/lib/interlock/etcd/users.json) get --prefix /services/')}`,
      );
    try {
      await writeFile(join(scratch, 'myapp@.service'), unit);
      await units('submit', join(scratch, 'myapp@.service'));
      await units('start', 'myapp@1', 'myapp@2', 'myapp@3', '--timeout', '10m');
      const first = await running();
      expect(new Set(first.map(({ machine }) => machine)).size).toBe(3);
      await note(`myapp@1..3 run on ${first.map(({ machine }) => machine).join(', ')}`);
      await eventually(patience, async () =>
        expect((await registered('n1')).match(/^\/services\//gm)).toHaveLength(3),
      );
      await note('three addresses are registered');

      const lost = first.map(({ machine }) => machine!).find((machine) => machine !== members[0])!;
      await lab.call('cut', lost);
      const cutAt = Date.now();
      await eventually(patience, async () => {
        const machines = (await running()).map(({ machine }) => machine);
        expect(machines).toHaveLength(3);
        expect(machines).not.toContain(lost);
      });
      await note(
        `${lost} lost its power; its instance runs elsewhere ${Math.round((Date.now() - cutAt) / 1000)} s later`,
      );
      const alive = names.find((name) => name !== lost && name !== members[0])!;
      await eventually(patience, async () => expect(await registered(alive)).not.toContain(`/${lost}:`));
      await note(`its keys are gone ${Math.round((Date.now() - cutAt) / 1000)} s after the cut`);

      await up();
      await allReady();
      await eventually(patience, async () =>
        expect((await lab.on(members[0]!, etcdctl('endpoint health'))).match(/is healthy/g)).toHaveLength(3),
      );
      await note(`${lost} is back: four nodes, three members`);
    } finally {
      docker.stop();
    }
  } finally {
    // it may be gone already
    await lab.call('down').catch(() => {});
    await rm(scratch, { recursive: true, force: true });
  }
}, 7_200_000);
