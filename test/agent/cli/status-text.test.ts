import { expect, test } from 'vitest';
import { dataOf, type Status } from '../../../agent/cli/read-status.ts';
import { formatStatus } from '../../../agent/cli/status-text.ts';
import { freshMemory, type Memory } from '../../../agent/state-machine/memory.ts';
import { ofSearch } from '../../../agent/user-data/record/read-problems.ts';

const now = new Date('2026-03-01T12:00:00Z');
const running = {
  name: 'core',
  version: '2.1.0',
  slot: 'b',
  rootHash: 'b'.repeat(64),
  bootId: 'boot-two',
} as Memory['running'] & object;

function statusOf(memory: Partial<Memory>, more: Partial<Status> = {}): Status {
  return {
    hostId: '1b4e28ba-2fa1-41d2-883f-0016d3cca427',
    settings: {
      server: 'https://updates.example.org',
      channel: 'stable',
      group: 'web',
      lock: { kind: 'etcd', endpoints: ['https://e1:2379'] },
      sources: ['/etc/interlock/agent.d/60-host.toml'],
    } as Status['settings'],
    memory: {
      ...freshMemory('2026-03-01T08:00:00Z'),
      running,
      slots: { a: { version: '2.0.0', rootHash: 'a'.repeat(64) } },
      ...memory,
    },
    entries: [
      { generation: 4, slot: 'a', rootHashPrefix: 'a'.repeat(16), title: '', triesLeft: null, triesDone: 0 },
      { generation: 5, slot: 'b', rootHashPrefix: 'b'.repeat(16), title: '', triesLeft: null, triesDone: 0 },
    ],
    outdated: [],
    userData: null,
    userDataProblems: [],
    secureBoot: { on: true, lockdown: 'integrity' } as Status['secureBoot'],
    loader: 'systemd-boot' as Status['loader'],
    progress: null,
    windows: null,
    advice: null,
    problems: [],
    ...more,
  };
}

test('a host with nothing to do says so in its first line, and shows both slots', () => {
  const text = formatStatus(
    statusOf({
      look: { at: '2026-03-01T11:55:00Z', offered: null, reason: 'up_to_date', problem: '' },
      wait: { until: '2026-03-01T12:55:00Z', reason: 'up_to_date' },
    }),
    now,
  );
  expect(text).toBe(`● core 2.1.0 in slot b: up to date

SLOT     VERSION  ROOT HASH         BOOT ENTRY
a        2.0.0    aaaaaaaaaaaaaaaa  4: good
b  runs  2.1.0    bbbbbbbbbbbbbbbb  5: good, boots next

next run    in 55 min: the host runs the head of its channel
last check  5 min ago: the host runs the head of its channel
lock        etcd, group web; no place held
reports     all sent
loader      systemd-boot, by UEFI
boot        Secure Boot on, kernel lockdown integrity
server      https://updates.example.org, channel stable, group web
host        1b4e28ba-2fa1-41d2-883f-0016d3cca427
config      /etc/interlock/agent.d/60-host.toml`);
});

test('what a host waits for is said once, in words', () => {
  const goal = { version: '2.2.0', rootHash: 'c'.repeat(64), grant: null };
  const hold = { kind: 'etcd', group: 'web' } as never;
  const problem = 'web-1, web-2 hold all 2 places of group web';
  const text = formatStatus(
    statusOf({
      phase: {
        at: 'acquiring',
        plan: { goal, target: null, expires: null },
        attempt: hold,
        drawn: true,
        maybe: false,
      },
      since: '2026-03-01T11:48:00Z',
      wait: { until: '2026-03-01T12:00:40Z', reason: problem },
      problem: { at: '2026-03-01T11:59:40Z', code: 'lock_brake', problem },
      failed: {
        x: { version: '2.1.9', reason: 'health check 10-web failed', at: '2026-02-27T12:00:00Z' },
      },
    }),
    now,
  );
  expect(text).toMatch(/^○ core 2\.1\.0 in slot b → 2\.2\.0: asking for a place in the lock, for 12 min\n/);
  expect(text.match(/hold all 2 places/g)).toHaveLength(1);
  expect(text).toContain('next run     in 40 s\n');
  expect(text).toContain('a place requested in etcd web');
  expect(text).toContain('failed here  2.1.9, 2 d ago: health check 10-web failed');
});

test('an update under way shows how far it is', () => {
  const progress = { phase: 'offered', step: 'write', done: 40e6, total: 100e6, at: '', pid: 77 } as const;
  const text = formatStatus(statusOf({}, { entries: null, progress }), now);
  expect(text).toContain('now         write ████████░░░░░░░░░░░░ 38.1 MiB of 95.4 MiB, process 77');
  expect(text).toContain('not read: agent running');
});

test('no line is wider than a terminal, whatever it has to say', () => {
  const long = 'word '.repeat(60).trim();
  const text = formatStatus(
    statusOf({
      look: { at: '2026-03-01T11:55:00Z', offered: null, reason: 'unreachable', problem: long },
      problem: { at: '2026-03-01T11:55:00Z', code: 'unreachable', problem: long },
      wait: { until: '2026-03-01T11:00:00Z', reason: long },
    }),
    now,
    80,
  );
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text).toContain('✗ core 2.1.0 in slot b: the last check failed');
});

const steer = '\u001b]52;c;eA==\u0007\u009b2J\u202e\u200b\r\n● core 9 in slot a: up to date';
const at = '2026-03-01T11:00:00Z';

test.each([
  ['the reason of a server', { look: { at, offered: null, reason: steer, problem: '' } }],
  ['the problem of a look', { look: { at, offered: null, reason: 'x', problem: steer } }],
  ['a problem', { problem: { at, code: 'internal', problem: steer } }],
  ['what a health check printed', { failed: { h: { version: `3${steer}`, reason: steer, at } } }],
  ['what a wait is for', { wait: { until: '2026-03-01T12:55:00Z', reason: steer } }],
  ['the name of the image', { running: { ...running, name: steer, version: steer } }],
  ['what a slot holds', { slots: { a: { version: steer, rootHash: steer } } }],
] as [string, Partial<Memory>][])('%s steers no terminal and makes no line of its own', (_, memory) => {
  const text = formatStatus(statusOf(memory), now);
  expect(text).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
  expect(text).not.toMatch(/^● core 9/m);
});

test('a host that lost its memory says so, and never that it holds nothing', () => {
  const state = {
    at: '2026-03-01T11:59:00Z',
    code: 'state_invalid',
    problem: 'the agent’s memory was lost: torn',
  };
  const flat = (memory: Partial<Memory>) => formatStatus(statusOf(memory), now).replace(/\n +/g, ' ');
  const unknown = flat({ lost: { state }, problem: state });
  expect(unknown.match(/memory was lost: torn/g)).toHaveLength(1);
  expect(unknown).toContain('reported until: interlock-agent acknowledge');
  expect(unknown).toMatch(/not known whether the lock has a place/);
  expect(flat({ lost: { state: { ...state, isAsked: true } } })).toContain('the lock shows none');
  const standing = {
    group: 'db',
    host: 'host-1',
    boot: 'boot-0',
    since: '2026-03-01T11:00:00Z',
    endpoints: ['https://e1:2379', 'https://e2:2379'],
  };
  expect(flat({ lost: { state }, standing })).toContain(
    'interlock lock release host-1 --yes --group db --etcd https://e1:2379,https://e2:2379',
  );
});

test('what is wrong just now is said beside what the state knows', () => {
  const problems = [{ code: 'config_invalid', problem: '90-ops.toml: unknown key polll' }];
  expect(formatStatus(statusOf({}, { problems }), now)).toContain(
    'config_invalid: 90-ops.toml: unknown key polll',
  );
});

test('what an operator cancelled here is listed with the way back', () => {
  const barred = { ['c'.repeat(64)]: { versions: ['2.2.0', '2.2.1'], at: '2026-03-01T11:00:00Z' } };
  const wait = { until: '2026-03-01T12:10:00Z', reason: 'cancelled_here' };
  const look = { at: '2026-03-01T11:55:00Z', offered: '2.2.0', reason: '', problem: '' };
  const text = formatStatus(statusOf({ barred, wait, look }), now).replace(/\n +/g, ' ');
  expect(text).toMatch(/^○ .*the next version was cancelled here/);
  expect(text).toContain('2.2.0, 2.2.1, 1 h ago; skipped until: interlock-agent update --retry 2.2.0');
});

test('a host that does not reach its server says why, and what to do', () => {
  const text = formatStatus(
    statusOf(
      {
        look: {
          at: '2026-03-01T11:59:50Z',
          offered: null,
          reason: 'connection_refused',
          problem: 'no server listens at updates.example.org:8080',
        },
      },
      { advice: 'Check the port.' },
    ),
    now,
  );
  expect(text).toContain(
    'last check  10 s ago: no server listens at updates.example.org:8080\nto do       Check the port.',
  );
});

test('a host that a BIOS started says that nothing verified it', () => {
  const status = statusOf({}, { loader: 'grub', secureBoot: { on: false, lockdown: null } });
  expect(formatStatus(status, now)).toContain('GRUB, by BIOS: this boot is not verified');
  expect(dataOf(status)).toMatchObject({ loader: 'grub', isBootVerified: false });
  expect(dataOf(statusOf({}))).toMatchObject({ loader: 'systemd-boot', isBootVerified: true });
});

test('a boot that found no user-data says why, and a source that this machine has not is no reason', () => {
  const misses = [
    { source: 'ec2', failed: true, reason: 'no answer in 60 s' },
    { source: 'smbios', failed: false, reason: 'this machine has none' },
  ];
  const text = (source: string | null) =>
    formatStatus(statusOf({}, { userDataProblems: ofSearch({ stage: 'network', source, misses }) }), now);
  expect(text(null)).toMatch(/^user-data +not found in this boot: ec2: no answer in 60 s$/m);
  expect(text(null)).not.toContain('smbios');
  expect(text('ec2')).not.toContain('user-data');
});
