import { expect, test } from 'vitest';
import { readRun, runFlags } from '../../../protocol/units/run/read-run.ts';
import { refusedFlags } from '../../../protocol/units/run/refused-flags.ts';
import { emptySpec } from '../../../protocol/units/spec/service-spec.ts';

function read(...words: string[]) {
  const spec = emptySpec('a');
  const { name, problems } = readRun(words, spec);
  return { name, problems, spec, task: spec.TaskTemplate, container: spec.TaskTemplate.ContainerSpec };
}

test.each<[string[], object]>([
  [['-e', 'A=1', '--env=B=2', '-eC=3'], { Env: ['A=1', 'B=2', 'C=3'] }],
  [['--hostname', 'h'], { Hostname: 'h' }],
  [['-v', '/srv:/data:ro'], { Mounts: [{ Type: 'bind', Source: '/srv', Target: '/data', ReadOnly: true }] }],
  [['-v', 'data:/data'], { Mounts: [{ Type: 'volume', Source: 'data', Target: '/data' }] }],
  [['-v', '/data'], { Mounts: [{ Type: 'volume', Target: '/data' }] }],
  [
    ['-v', '/a:/b:rshared'],
    { Mounts: [{ Type: 'bind', Source: '/a', Target: '/b', BindOptions: { Propagation: 'rshared' } }] },
  ],
  [
    ['--mount', 'type=bind,src=/a,dst=/b,readonly'],
    { Mounts: [{ Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true }] },
  ],
  [
    ['--tmpfs', '/run:size=64m,mode=1777'],
    { Mounts: [{ Type: 'tmpfs', Target: '/run', TmpfsOptions: { SizeBytes: 67_108_864, Mode: 0o1777 } }] },
  ],
  [
    ['--shm-size', '1g'],
    { Mounts: [{ Type: 'tmpfs', Target: '/dev/shm', TmpfsOptions: { SizeBytes: 2 ** 30 } }] },
  ],
  [['-l', 'a=b'], { Labels: { a: 'b' } }],
  [['-w', '/srv'], { Dir: '/srv' }],
  [['-u', '1000:1000'], { User: '1000:1000' }],
  [['--group-add', '7'], { Groups: ['7'] }],
  [['--entrypoint', '/bin/sh -c'], { Command: ['/bin/sh', '-c'] }],
  [['-dit'], { TTY: true, OpenStdin: true }],
  [['--read-only'], { ReadOnly: true }],
  [['--init'], { Init: true }],
  [['--cap-add', 'NET_ADMIN'], { CapabilityAdd: ['NET_ADMIN'] }],
  [['--cap-drop=ALL'], { CapabilityDrop: ['ALL'] }],
  [['--sysctl', 'net.core.somaxconn=1024'], { Sysctls: { 'net.core.somaxconn': '1024' } }],
  [['--ulimit', 'nofile=1:2'], { Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }] }],
  [['--stop-signal', 'SIGQUIT'], { StopSignal: 'SIGQUIT' }],
  [['--stop-timeout', '7'], { StopGracePeriod: 7e9 }],
  [
    ['--health-cmd', 'true', '--health-interval=1m30s', '--health-retries', '3'],
    { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 90e9, Retries: 3 } },
  ],
  [
    ['--health-timeout', '5s', '--health-start-period', '1m'],
    { Healthcheck: { Timeout: 5e9, StartPeriod: 60e9 } },
  ],
  [['--no-healthcheck'], { Healthcheck: { Test: ['NONE'] } }],
  [['--add-host', 'db:10.0.0.7'], { Hosts: ['10.0.0.7 db'] }],
  [
    ['--dns', '1.1.1.1', '--dns-search', 'x', '--dns-opt', 'rotate'],
    { DNSConfig: { Nameservers: ['1.1.1.1'], Search: ['x'], Options: ['rotate'] } },
  ],
])('docker run %j is in the container', (words, expected) => {
  const { container, problems } = read(...words, 'shell');
  expect(problems).toEqual([]);
  expect(container).toMatchObject({ ...expected, Image: 'shell' });
});

test.each<[string[], object]>([
  [['--network', 'host'], { Networks: [{ Target: 'host' }] }],
  [['--net=app', '--network-alias', 'db'], { Networks: [{ Target: 'app', Aliases: ['db'] }] }],
  [
    ['-m', '512m', '--cpus', '.5', '--pids-limit', '9'],
    { Resources: { Limits: { MemoryBytes: 2 ** 29, NanoCPUs: 5e8, Pids: 9 } } },
  ],
  [['--memory-reservation', '1k'], { Resources: { Reservations: { MemoryBytes: 1024 } } }],
  [
    ['--log-opt', 'tag=x', '--log-driver', 'json-file'],
    { LogDriver: { Name: 'json-file', Options: { tag: 'x' } } },
  ],
])('docker run %j is in the task', (words, expected) => {
  const { task, problems } = read(...words, 'shell');
  expect(problems).toEqual([]);
  expect(task).toMatchObject(expected);
});

test('ports are published by the mesh', () => {
  const port = (PublishedPort: number, TargetPort: number, Protocol = 'tcp') => ({
    ...{ PublishedPort, TargetPort, Protocol, PublishMode: 'ingress' },
  });
  const { spec } = read('-p', '8080:80', '-p53:53/udp', '--publish=0.0.0.0:9000-9001:90-91', 'shell');
  expect(spec.EndpointSpec.Ports).toEqual([
    port(8080, 80),
    port(53, 53, 'udp'),
    port(9000, 90),
    port(9001, 91),
  ]);
  expect(read('-p', '80', 'shell').spec.EndpointSpec.Ports).toEqual([
    { TargetPort: 80, Protocol: 'tcp', PublishMode: 'ingress' },
  ]);
});

test.each([
  ['--rm', '-d', '--restart=always', '--pull', 'always', '--expose', '80'],
  ['--name', 'x', '--quiet', '--sig-proxy=false', '--privileged=false'],
])('what swarm does by itself changes nothing', (...words) => {
  const { spec, problems } = read(...words, 'shell');
  expect(problems).toEqual([]);
  expect(spec).toEqual(read('shell').spec);
});

test.each(
  refusedFlags.flatMap(({ names, takes, instead }) => names.map((name) => [name, takes, instead] as const)),
)('docker run %s is refused, and says what to write', (name, takes, instead) => {
  const { problems } = read(name, ...(takes === 'value' ? ['x'] : []), 'shell');
  expect(problems).toEqual([{ word: name, problem: expect.stringMatching(/^--.*: ./), instead }]);
});

test.each([
  [['-p', '127.0.0.1:80:80'], /not on 127\.0\.0\.1 alone/],
  [['-p', '80-81:80'], /different lengths/],
  [['-p', '99999:80'], /not a port/],
  [['-v', './a:/b'], /takes no relative path/],
  [['-v', '/a:/b:cached'], /takes no cached/],
  [['-v', '/a:b'], /not a whole path/],
  [['--mount', 'type=bind,src=/a'], /has no target/],
  [['--tmpfs', '/run:exec'], /takes no exec/],
  [['-m', 'much'], /not a size/],
  [['--cpus', 'all'], /not a number of processors/],
  [['--stop-timeout', 'long'], /not a whole number/],
  [['--ulimit', 'nofile'], /not a limit/],
  [['--network', 'none'], /--network none/],
  [['--network', 'container:db'], /--network container:db/],
  [['--network', 'host', '--network-alias', 'x'], /needs an overlay network/],
  [['--add-host', 'db:host-gateway'], /names no address/],
  [['--devise', '/dev/x'], /--devise is no flag/],
])('docker run %j is refused', (words, problem) => {
  expect(read(...words, 'shell').problems).toMatchObject([{ problem: expect.stringMatching(problem) }]);
});

test('a command without image, or a flag without value, is refused', () => {
  expect(read('--rm').problems).toMatchObject([{ problem: 'docker run names no image' }]);
  expect(read('-e').problems).toMatchObject([{ problem: '-e has no value' }]);
  expect(read('--', 'shell', '--rm').container).toMatchObject({ Image: 'shell', Args: ['--rm'] });
});

test('no spelling of a flag stands twice in the tables', () => {
  const names = runFlags.flatMap((flag) => flag.names);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
