import { expect, test } from 'vitest';
import { parseServiceUnit } from '../../../protocol/units/text/names.ts';
import { translate } from '../../../protocol/units/translate.ts';

/** Translates a unit with these lines besides what every unit needs. */
function unitOf(lines: { service?: string; fleet?: string; run?: string; name?: string; head?: string }) {
  const { service = '', fleet = '', run = '--name a shell', name = 'a.service', head = '' } = lines;
  const text = `[Unit]\n${head}\n[Service]\nExecStart=/usr/bin/docker run ${run}\n${service}\n[X-Fleet]\n${fleet}\n`;
  return translate(text, parseServiceUnit(name));
}
const containerOf = (run: string, name?: string) => {
  const { spec, problems } = unitOf({ run: `${run} shell`, ...(name ? { name } : {}) });
  expect(problems).toEqual([]);
  return spec.TaskTemplate.ContainerSpec;
};

test('the unit of the book becomes a service with its container, label and port', () => {
  const text = `[Unit]
Description=My Service
Requires=docker.service
After=docker.service

[Service]
TimeoutStartSec=0
ExecStartPre=-/usr/bin/docker kill apache1
ExecStartPre=-/usr/bin/docker rm apache1
ExecStartPre=/usr/bin/docker pull coreos/apache
ExecStart=/usr/bin/docker run --rm --name apache1 -p 8080:80 coreos/apache \\
  /usr/sbin/apache2ctl -D "FOREGROUND now"
ExecStop=/usr/bin/docker stop -t 20 apache1
Restart=always
RestartSec=1min 30s

[Install]
WantedBy=multi-user.target

[X-Fleet]
MachineMetadata=region=eu "disk=ssd"
MachineMetadata=rack!=7
`;
  const { spec, problems } = translate(text, parseServiceUnit('apache.service'));
  expect(problems).toEqual([]);
  expect(spec).toMatchObject({
    Name: 'apache',
    Labels: { 'interlock.unit': 'apache.service', 'interlock.description': 'My Service' },
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ContainerSpec: {
        Image: 'coreos/apache',
        Args: ['/usr/sbin/apache2ctl', '-D', 'FOREGROUND now'],
        Labels: { 'interlock.unit': 'apache.service', 'interlock.ports': '8080:80/tcp' },
        StopGracePeriod: 20e9,
      },
      RestartPolicy: { Condition: 'any', Delay: 90e9 },
      Placement: {
        Constraints: ['node.labels.region==eu', 'node.labels.disk==ssd', 'node.labels.rack!=7'],
      },
    },
    EndpointSpec: {
      Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' }],
    },
  });
});

test('Global= is a global service, and not of a template', () => {
  expect(unitOf({ fleet: 'Global=true' }).spec.Mode).toEqual({ Global: {} });
  expect(unitOf({ fleet: 'Global=false' }).spec.Mode).toEqual({ Replicated: { Replicas: 1 } });
  expect(unitOf({ fleet: 'Global=true', name: 'a@1' }).problems).toMatchObject([
    { line: 7, instead: 'a.service without @' },
  ]);
});

test('Conflicts= with the unit’s own template is at most one on a machine', () => {
  for (const pattern of ['a@*.service', 'a@*', 'a@.service']) {
    const { spec, problems } = unitOf({ fleet: `Conflicts=${pattern}`, name: 'a@2' });
    expect(problems).toEqual([]);
    expect(spec.TaskTemplate.Placement.MaxReplicas).toBe(1);
  }
  expect(unitOf({ fleet: 'Conflicts=a@*.service', name: 'a@blue' }).problems).toMatchObject([
    { problem: expect.stringContaining('numbered instances') },
  ]);
});

test.each([
  ['MachineOf=b.service', /MachineOf= cannot be translated/],
  ['MachineID=148a18ff', /MachineID= cannot be translated/],
  ['Replaces=b.service', /Replaces= cannot be translated/],
  ['Conflicts=b@*.service', /Conflicts=b@\*\.service cannot be translated/],
  ['Conflicts=*', /Conflicts=\* cannot be translated/],
  ['MachineMetadata=disk=ssd\nMachineMetadata=disk=nvme', /second value for disk/],
  ['MachineMetadata=cores>=8', /labels are equal or not/],
  ['Global=maybe', /neither true nor false/],
  ['MachineMetdata=a=b', /is no setting of \[X-Fleet\]/],
])('[X-Fleet] %s is refused with its line and what to write', (fleet, problem) => {
  const line = 6 + fleet.split('\n').length;
  expect(unitOf({ fleet }).problems).toEqual([
    { line, problem: expect.stringMatching(problem), instead: expect.stringMatching(/./) },
  ]);
});

test.each([
  ['EnvironmentFile=/etc/environment', /EnvironmentFile=/],
  ['User=core', /User=/],
  ['MemoryLimit=1G', /MemoryLimit=/],
  ['Type=oneshot', /oneshot/],
  ['Restart=sometimes', /Restart=sometimes is not known/],
  ['RestartSec=soon', /not a time span/],
  ['ExecStart=/usr/bin/docker run b', /second ExecStart=/],
  ['ExecStartPre=/bin/mkdir /srv/a', /\/bin\/mkdir is run on the host/],
  ['ExecStartPre=/usr/bin/docker pull other', /machines fetch that alone/],
  ['ExecStartPre=/usr/bin/docker network create net', /docker network cannot be translated/],
  ['ExecStop=/usr/bin/docker stop b', /another container/],
  ['ExecStop=/usr/bin/docker stop "a', /not closed/],
  ['CPUAccounting=yes', /CPUAccounting= of \[Service\] cannot be translated/],
  ['Environment==x', /sets nothing/],
])('[Service] %s is refused', (service, problem) => {
  expect(unitOf({ service }).problems).toEqual([
    { line: 5, problem: expect.stringMatching(problem), instead: expect.stringMatching(/./) },
  ]);
});

test.each(['BindsTo=b.service', 'Requires=b.service', 'After=docker.service b.service', 'PartOf=b.service'])(
  '[Unit] %s is refused, because services start in any order on any machine',
  (head) => {
    expect(unitOf({ head }).problems).toMatchObject([{ line: 2 }]);
  },
);

test('numbered instances are replicas of one service, and swarm fills in the number', () => {
  const container = containerOf('-e N=%i --hostname %p-%i -v data-%i:/data --name x-%i', 'a@3.service');
  expect(container).toMatchObject({
    Env: ['N={{.Task.Slot}}'],
    Hostname: 'a-{{.Task.Slot}}',
    Mounts: [{ Type: 'volume', Source: 'data-{{.Task.Slot}}', Target: '/data' }],
  });
  expect(unitOf({ name: 'a@3' }).spec.Name).toBe('a');
  expect(unitOf({ run: '-p 808%i:80 shell', name: 'a@3' }).problems).toMatchObject([
    { problem: expect.stringContaining('--publish cannot have the number') },
  ]);
  expect(unitOf({ run: 'shell echo %i', name: 'a@3' }).problems).toMatchObject([
    { instead: expect.stringContaining('--env INSTANCE=%i') },
  ]);
});

test('another instance is a service of its own', () => {
  const { spec, problems } = unitOf({ run: '-p 8081:80 -e C=%i shell echo %i', name: 'a@blue' });
  expect(problems).toEqual([]);
  expect(spec).toMatchObject({ Name: 'a-blue', TaskTemplate: { ContainerSpec: { Args: ['echo', 'blue'] } } });
});

test('specifiers and variables are those of systemd; what no one knows beforehand is refused', () => {
  const service = 'Environment="A=one two" B=%n\nEnvironment=HOST=%H';
  const { spec, problems } = unitOf({
    service,
    run: `-e X=\${B} -e H=\${HOST} shell echo $A \${A} 100%% $$A`,
  });
  expect(problems).toEqual([]);
  expect(spec.TaskTemplate.ContainerSpec).toMatchObject({
    Env: ['X=a.service', 'H={{.Node.Hostname}}'],
    Args: ['echo', 'one', 'two', 'one two', '100%', '$A'],
  });
  expect(unitOf({ run: `-e IP=\${COREOS_PRIVATE_IPV4} shell` }).problems).toMatchObject([
    { line: 4, instead: 'Environment=COREOS_PRIVATE_IPV4=VALUE' },
  ]);
  expect(unitOf({ run: '-e M=%m shell' }).problems).toMatchObject([
    { problem: expect.stringContaining('%m is not known') },
  ]);
});

test('a long command names the line of the flag', () => {
  const text =
    '[Service]\nExecStart=/usr/bin/docker run --rm \\\n  # why\n  --privileged \\\n  shell sleep 1\n';
  expect(translate(text, parseServiceUnit('a')).problems).toMatchObject([{ line: 4 }]);
});

test('a file that is no unit is refused by its lines', () => {
  const { problems } = translate('Key=1\n[Service]\nnonsense\n', parseServiceUnit('a'));
  expect(problems.map(({ line }) => line)).toEqual([1, 1, 3]);
});

test.each(['a/b', 'a.socket', '@1', `${'x'.repeat(64)}`, 'a@10000', 'a.b.service'])(
  '%s is not the name of a unit',
  (name) => {
    expect(() => parseServiceUnit(name)).toThrow(/./);
  },
);
