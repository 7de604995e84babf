import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readUserData } from '../../../system/user-data/read-user-data.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ada@example.org';

function read(text: string | Uint8Array) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return readUserData(bytes);
}

/** Problems as `line:column severity text`. */
function told(text: string | Uint8Array): string[] {
  return read(text).problems.map(
    ({ at, severity, text }) =>
      `${at.part ? `part ${at.part} ` : ''}${at.line}:${at.column} ${severity} ${text}`,
  );
}

function document(...lines: string[]): string {
  return ['#cloud-config', ...lines, ''].join('\n');
}

test('a document of every kind of setting becomes a plan, with the place of each', () => {
  const { plan, problems } = read(
    document(
      'hostname: web.example.org',
      'groups: [docker, {ops: [ada, bob]}]',
      'users:',
      '  - name: ada',
      '    gecos: Ada Lovelace',
      '    groups: docker, ops',
      '    sudo: ALL=(ALL) NOPASSWD:ALL',
      '    shell: /bin/bash',
      `    ssh_authorized_keys: ["${key}"]`,
      '  - bob',
      `ssh_authorized_keys: ["${key}"]`,
      'write_files:',
      '  - path: /etc/app.conf',
      '    owner: ada:ops',
      '    permissions: "0600"',
      '    defer: true',
      '    encoding: b64',
      '    content: aGFsbG8=',
      'bootcmd: [[modprobe, wireguard]]',
      'runcmd: [echo hi]',
      'timezone: Europe/Berlin',
      'ntp: {servers: [time.example.org]}',
      'mounts: [[LABEL=data, /var/data, ext4]]',
      'swap: {filename: /var/swap, size: 1.5G}',
      'manage_etc_hosts: true',
      'locale: C.UTF-8',
    ),
  );
  expect(problems).toEqual([]);
  expect(plan.hostname).toEqual({ name: 'web', fqdn: 'web.example.org', at: { line: 2, column: 11 } });
  expect(plan.groups.map(({ name, members }) => [name, members])).toEqual([
    ['docker', []],
    ['ops', ['ada', 'bob']],
  ]);
  expect(plan.users[0]).toEqual({
    name: 'ada',
    gecos: 'Ada Lovelace',
    createHome: true,
    shell: '/bin/bash',
    ownGroup: true,
    groups: ['docker', 'ops'],
    system: false,
    locked: true,
    sshKeys: [key],
    sudo: ['ALL=(ALL) NOPASSWD:ALL'],
    at: { line: 5, column: 5 },
  });
  expect(plan.users[1]?.name).toBe('bob');
  expect(plan.rootKeys).toEqual([{ key, at: { line: 12, column: 23 } }]);
  const [file, locale] = plan.files;
  expect({ ...file, content: Buffer.from(file!.content).toString() }).toEqual({
    path: '/etc/app.conf',
    content: 'hallo',
    mode: 0o600,
    owner: 'ada',
    group: 'ops',
    append: false,
    deferred: true,
    at: { line: 14, column: 5 },
  });
  expect([locale?.path, Buffer.from(locale!.content).toString()]).toEqual([
    '/etc/locale.conf',
    'LANG=C.UTF-8\n',
  ]);
  expect(plan.bootCommands.map(({ run }) => run)).toEqual([['modprobe', 'wireguard']]);
  expect(plan.runCommands.map(({ run }) => run)).toEqual(['echo hi']);
  expect(plan.ntp).toMatchObject({ enabled: true, servers: ['time.example.org'] });
  expect(plan.mounts[0]).toMatchObject({
    what: 'LABEL=data',
    where: '/var/data',
    type: 'ext4',
    options: 'defaults,nofail',
    pass: 2,
  });
  expect(plan.swap).toMatchObject({ file: '/var/swap', size: 1.5 * 2 ** 30 });
});

test('permissions: octal digits in quotes, or with the zero that makes YAML read them as octal; a decimal number says neither', () => {
  const modeOf = (text: string) => read(document('write_files:', `  - {path: /etc/a, permissions: ${text}}`));
  expect(modeOf('"0644"').plan.files[0]?.mode).toBe(0o644);
  expect(modeOf('"0o755"').plan.files[0]?.mode).toBe(0o755);
  expect(modeOf("'644'").plan.files[0]?.mode).toBe(0o644);
  expect(modeOf('0644')).toMatchObject({
    plan: { files: [{ mode: 0o644 }] },
    problems: [{ severity: 'warning' }],
  });
  for (const [given, instead] of [
    ['644', '"0644"'],
    ['420', '"0420", or "0644"'],
    ['0o644', undefined],
    ['0888', undefined],
  ] as const) {
    const { problems } = modeOf(given);
    if (instead === undefined) continue;
    expect(problems[0]).toMatchObject({ severity: 'error' });
    expect(problems[0]?.instead).toContain(instead);
  }
});

test.each([
  ['a misspelled key', 'hostnam: a', '2:1 error there is no key “hostnam”', 'Did you mean hostname?'],
  [
    'a misspelled key of a user',
    'users: [{name: a, shel: /bin/sh}]',
    '2:19 error a user has no key “shel”',
    'Did you mean shell?',
  ],
  [
    'off as a text',
    'hostname: off',
    '2:11 error hostname is “off” without quotes, which YAML reads as the boolean false',
    '"off"',
  ],
  ['a number as a text', 'runcmd: [[echo, 08080, 1]]', '2:24 error', '"1"'],
  ['packages', 'packages: [vim]', '2:1 error packages installs packages', 'image.toml'],
  [
    'a file of the image',
    'write_files: [{path: /usr/lib/x}]',
    '2:22 error the file /usr/lib/x is in the image',
    '/etc or /var',
  ],
  [
    'a file of accounts',
    'write_files: [{path: /etc/passwd}]',
    '2:22 error the file /etc/passwd would hide',
    'users:',
  ],
  ['a way up', 'write_files: [{path: /etc/../usr/x}]', '2:22 error', 'Begin with /'],
  [
    'a file that goes',
    'write_files: [{path: /run/x}]',
    '2:22 warning the file /run/x is gone after the next boot',
    '/var',
  ],
  [
    'bad base64',
    'write_files: [{path: /etc/x, encoding: b64, content: "a!"}]',
    '2:54 error the content of /etc/x is not base64',
    'base64 FILE',
  ],
  [
    'bad gzip',
    'write_files: [{path: /etc/x, encoding: gz+b64, content: aGFsbG8=}]',
    '2:57 error the content of /etc/x is not gzip',
    'gzip -c',
  ],
  ['a placeholder for a key', 'ssh_authorized_keys: [YOUR KEY]', '2:23 error', '.pub'],
  ['a password in clear text', 'users: [{name: a, plain_text_passwd: b}]', '2:19 error', 'openssl passwd -6'],
  [
    'a user twice',
    'users: [a, b, a]',
    '2:15 error the user a is there a second time; the first is on line 2',
    'Join',
  ],
  ['no such zone', 'timezone: Europe/Berln', '2:11 error Europe/Berln is no time zone', 'Europe/Berlin'],
  ['a certificate that is none', 'ca_certs: {trusted: [hello]}', '2:22 error', 'BEGIN CERTIFICATE'],
  ['a mount on the image', 'mounts: [[sdb, /usr/data]]', '2:16 error the mount point /usr/data', '/var'],
  [
    'a cloud’s disk',
    'mounts: [[ephemeral0, /var/data]]',
    '2:11 error “ephemeral0” cannot be mounted',
    'LABEL=',
  ],
  ['a size that depends', 'swap: {size: auto}', '2:14 error', '2G'],
  ['a list for a table', 'swap: [1]', '2:7 error swap is a list and should be a table', 'key: value'],
  ['a low uid', 'users: [{name: a, uid: 1000}]', '2:24 warning', '20000'],
  ['a password that is locked', 'users: [{name: a, passwd: $6$a$b}]', '2:27 warning', 'lock_passwd: false'],
])('%s: its place, and what to write', (_, line, problem, instead) => {
  const [found] = read(document(line)).problems;
  expect(told(document(line))[0]).toContain(problem);
  expect(found?.instead).toContain(instead);
});

test('the CoreOS dialect: etcd finds its members by a URL of one’s own', () => {
  const url = 'https://updates.test/discovery/3e86b59982e49066c5d813af1c2e2579';
  const { plan, problems } = read(
    document('coreos:', `  etcd2: {discovery: "${url}", discovery-fallback: exit}`),
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [file] = plan.files;
  expect(Buffer.from(file!.content).toString()).toBe(
    `ETCD_DISCOVERY="${url}"\nETCD_DISCOVERY_FALLBACK="exit"\n`,
  );
});

test('the CoreOS dialect: units, drop-ins, network files, etcd and the channel', () => {
  const { plan, problems } = read(
    document(
      'coreos:',
      '  update: {group: beta, reboot-strategy: reboot}',
      '  etcd2: {name: one, initial-cluster: "one=http://10.0.0.1:2380"}',
      '  units:',
      '    - name: app.service',
      '      enable: true',
      '      command: start',
      '      content: |',
      '        [Service]',
      '        ExecStart=/usr/local/bin/app',
      '        [Install]',
      '        WantedBy=multi-user.target',
      '    - name: docker.service',
      '      drop-ins: [{name: 10-nice.conf, content: "[Service]\\nNice=5\\n"}]',
      '    - {name: 10-static.network, content: "[Match]\\nName=eth0\\n"}',
      '    - {name: old.service, mask: true}',
    ),
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(plan.units.map(({ name, enable, mask, command }) => [name, enable, mask, command])).toEqual([
    ['app.service', true, undefined, 'start'],
    ['docker.service', undefined, undefined, undefined],
    ['old.service', undefined, true, undefined],
  ]);
  expect(plan.units[1]?.dropIns).toEqual([{ name: '10-nice.conf', content: '[Service]\nNice=5\n' }]);
  expect(plan.files.map(({ path, content }) => [path, Buffer.from(content).toString()])).toEqual([
    ['/etc/interlock/etcd.env', 'ETCD_NAME="one"\nETCD_INITIAL_CLUSTER="one=http://10.0.0.1:2380"\n'],
    ['/etc/systemd/network/10-static.network', '[Match]\nName=eth0\n'],
  ]);
  expect(plan.agent?.inputs).toEqual({ channel: 'beta', lock: { kind: 'none' } });
});

test.each([
  ['fleet: {}', 'coreos: fleet configured fleet, which has ended'],
  ['etcd: {}', 'coreos: etcd configured etcd 0.4'],
  ['flannel: {}', 'coreos: flannel'],
  ['locksmith: {}', 'coreos: locksmith'],
  ['update: {server: http://x}', 'coreos: update: server cannot be done here'],
  ['update: {reboot-strategy: etcd-lock}', 'needs the addresses of etcd'],
  ['etcd2: {discovery: https://discovery.etcd.io/x}', 'coreos: etcd2: discovery.etcd.io has ended'],
  ['etcd2: {discovery-srv: example.com}', 'coreos: etcd2: discovery-srv has ended'],
  ['units: [{name: etcd2.service, command: start}]', 'there is no etcd2.service here'],
  [
    'units: [{name: flanneld.service, drop-ins: [{name: 1.conf, content: x}]}]',
    'there is no flanneld.service',
  ],
  ['units: [{name: app}]', 'app is not a unit name'],
  ['units: [{name: a.service, mask: true, enable: true}]', 'a.service is masked, and enabled'],
  ['units: [{name: a.service, content: "ExecStart=/bin/true"}]', 'the content of a.service has no section'],
  ['units: [{name: a.service, command: begin}]', 'is not one of start, stop'],
  [
    'units: [{name: a.service, content: "[Service]\\nExecStart=/bin/x $private_ipv4"}]',
    '$private_ipv4 is not replaced',
  ],
])('coreos: %s is refused', (line, problem) => {
  const found = read(document('coreos:', `  ${line}`)).problems.filter(
    ({ severity }) => severity === 'error',
  );
  expect(found[0]?.text).toContain(problem);
  expect(found[0]?.instead.length).toBeGreaterThan(10);
});

test('a text of today’s dialect may contain $private_ipv4: it is a shell’s variable there', () => {
  expect(told(document('runcmd: ["private_ipv4=1; echo $private_ipv4"]'))).toEqual([]);
});

test('interlock: settings of the agent, health checks, metadata and orders for the installer', () => {
  const { plan, problems } = read(
    document(
      'interlock:',
      '  server: https://updates.example.org',
      '  channel: stable',
      '  group: web',
      '  labels: {role: web, rack: "4"}',
      '  join_token: secret',
      '  lock: {kind: etcd, endpoints: ["https://e1:2379"]}',
      '  health:',
      '    settle: 60',
      '    checks: {60-web: "#!/bin/sh\\ncurl -f localhost\\n"}',
      '  window: [{days: [sunday], from: 22:00, to: 05:00, zone: Europe/Berlin}]',
      '  metadata: open',
      '  install: {disk: {serial: WD-1}, erase: WD-1, order: first}',
    ),
  );
  expect(problems).toEqual([]);
  expect(plan.agent?.inputs).toEqual({
    server: 'https://updates.example.org',
    channel: 'stable',
    group: 'web',
    labels: { role: 'web', rack: '4' },
    join_token: 'secret',
    lock: { kind: 'etcd', endpoints: ['https://e1:2379'] },
    health: { settle: 60 },
    window: [{ days: ['sunday'], from: '22:00', to: '05:00', zone: 'Europe/Berlin' }],
  });
  expect(plan.healthChecks.map(({ name }) => name)).toEqual(['60-web']);
  expect(plan.metadata?.access).toBe('open');
  expect(plan.install?.orders).toEqual({ disk: { serial: 'WD-1' }, erase: 'WD-1', order: 'first' });
});

test.each([
  ['server: updates', '2:21 error interlock: server “updates” is no URL'],
  ['labels: {rack: 4}', 'interlock: labels: rack is “4” without quotes'],
  ['labels: {"a b": c}', 'interlock: labels'],
  ['lock: {kind: etcd}', 'lock.endpoints is missing'],
  ['health: {settle: 900}', 'health.settle, health.steady and health.timeout'],
  ['health: {settel: 9}', 'interlock: health has no key “settel”'],
  ['health: {checks: {a: "true"}}', 'does not say what runs it'],
  ['window: [{from: 22:00, to: 05:00, zone: Mars}]', 'Mars is not a time zone'],
  ['poll: 0', 'interlock: poll: must be >= 1'],
  ['machine: {kind: file}', 'interlock has no key “machine”'],
  ['install: {disk: {serial: a, only: true}}', 'interlock: install names a disk by serial and only'],
  ['install: {disk: {only: false}}', 'interlock: install: disk: only'],
])('interlock: {%s} is refused', (line, problem) => {
  const found = told(document(`interlock: {${line}}`));
  expect(found.join('\n')).toContain(problem);
});

test('each first line has its answer', () => {
  const first = (text: string | Uint8Array) => told(text)[0];
  expect(first('## template: jinja\n#cloud-config\n')).toContain('this is a template');
  expect(first('{"ignition": {"version": "3.0.0"}}')).toContain('Ignition');
  expect(first('#include\nhttp://x\n')).toContain('#include');
  expect(first('#cloud-boothook\n')).toContain('#cloud-boothook');
  expect(first('variant: flatcar\nversion: 1.0.0\n')).toContain('Butane');
  expect(first('version: 1.4.0\nvariant: fcos\n')).toContain('Butane');
  for (const text of ['network:\n  version: 1\n', 'version: 2\nethernets: {}\n'])
    expect(first(text)).toContain('this is a network configuration');
  expect(first('instance-id: one\n')).toContain('this is meta-data');
  expect(first('hostname: a\n')).toContain('the first line does not say');
  expect(first('#cloud-config\n- a\n')).toContain('the document is a list');
  expect(first(Buffer.from([0xff, 0xfe, 0, 1]))).toContain('UTF-8');
  expect(told('')).toEqual([]);
  expect(told('#cloud-config\n')).toEqual([]);
  expect(told('#cloud-config\r\nhostname: a\r\n')).toEqual([]);
  expect(read('#!/bin/sh\necho hi\n').plan.runCommands[0]?.run).toEqual({
    script: Buffer.from('#!/bin/sh\necho hi\n'),
  });
});

test('gzip is unpacked, and never beyond a megabyte', () => {
  expect(read(gzipSync('#cloud-config\nhostname: a\n')).plan.hostname?.name).toBe('a');
  expect(told(gzipSync(Buffer.alloc(100_000_000)))[0]).toContain('longer than 1048576 bytes when unpacked');
  expect(told(gzipSync('#cloud-config\nhostname: a\n').subarray(0, 30))[0]).toContain('damaged');
  expect(told(Buffer.alloc(2_000_000, '#'))[0]).toContain('longer than');
});

function multiPart(...parts: string[]): string {
  const body = parts.map((part) => `--xyz\n${part}\n`).join('');
  return `Content-Type: multipart/mixed; boundary="xyz"\nMIME-Version: 1.0\n\n${body}--xyz--\n`;
}

test('parts are joined: lists in order, any other key in one part, and problems name their part', () => {
  const config = 'Content-Type: text/cloud-config; charset="utf-8"\n\n';
  const encoded = `Content-Type: text/cloud-config\nContent-Transfer-Encoding: base64\n\n${Buffer.from('runcmd: [b]\nhostnam: c\n').toString('base64')}\n`;
  const script = 'Content-Type: text/x-shellscript\n\n#!/bin/sh\ntrue\n';
  const { plan, problems, parts } = read(
    multiPart(`${config}hostname: a\nruncmd: [a]`, encoded, script, `${config}hostname: b`),
  );
  expect(plan.hostname?.name).toBe('a');
  expect(plan.runCommands.map(({ run }) => run)).toMatchObject([
    'a',
    'b',
    { script: Buffer.from('#!/bin/sh\ntrue\n') },
  ]);
  expect(problems.map(({ at, text }) => [at.part, at.line, text])).toEqual([
    [2, 2, 'there is no key “hostnam”'],
    [4, 1, 'hostname is in part 1 already'],
  ]);
  expect(parts[1]).toBe('runcmd: [b]\nhostnam: c\n');
  expect(told(multiPart('Content-Type: text/jinja2\n\nx: {{ a }}'))[0]).toContain(
    'part 1 1:1 error this is a template',
  );
  expect(told(multiPart('Content-Type: multipart/mixed; boundary=b\n\n--b--'))[0]).toContain(
    'multi-part document itself',
  );
  expect(told(multiPart(config).replace('--xyz--', ''))[0]).toContain('the end of the last part');
});

test('a unit of CoreOS that is stopped or masked is left out with a warning, and one that is written is taken', () => {
  const { plan, problems } = read(
    document(
      'coreos:',
      '  units:',
      '    - {name: update-engine.service, command: stop}',
      '    - {name: locksmithd.service, mask: true}',
      '    - {name: flanneld.service, command: start, content: "[Service]\\nExecStart=/bin/true"}',
    ),
  );
  expect(problems.map(({ severity, at, text }) => `${severity} ${at.line} ${text}`)).toEqual([
    'warning 4 there is no update-engine.service here',
    'warning 5 there is no locksmithd.service here',
  ]);
  expect(plan.units.map(({ name }) => name)).toEqual(['flanneld.service']);
});

test('a file that the boot itself takes away is refused with where to put it', () => {
  const { problems } = read(document('write_files: [{path: /tmp/a, content: x}]'));
  expect(problems).toMatchObject([{ text: 'the file /tmp/a would be gone before anybody reads it' }]);
});
