import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ports } from '../../../agent/ports/ports.ts';
import { runAgent } from '../../../agent/run/run.ts';
import { openStore } from '../../../agent/state/store.ts';
import type { Memory } from '../../../agent/state-machine/memory.ts';
import type { CheckIn } from '../../../protocol/api/check-in.ts';
import type { ErrorCode } from '../../../protocol/errors/error-table.ts';
import { errorOf, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Failure } from '../../../protocol/errors/operands.ts';
import { createHost } from '../../support/lock-world/host.ts';
import { options, portsOf } from '../../support/lock-world/ports.ts';
import { createStore } from '../../support/lock-world/store.ts';

let folder: string;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-trouble-'));
  now = Date.parse('2026-01-01T00:00:00Z');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function world() {
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  const ask = ports.server!.checkIn;
  const said: Omit<CheckIn, 'channel' | 'group'>[] = [];
  ports.clock.now = () => new Date(now);
  ports.server!.checkIn = async (body) => {
    said.push(body);
    return ask(body);
  };
  return { model, ports, said };
}

/** Starts the agent each minute, as its timer does. */
async function minutes(count: number, ports: Ports): Promise<Memory> {
  let memory: Memory | undefined;
  for (let n = 0; n < count; n++) {
    now += 60_000;
    memory = await runAgent(ports, openStore(folder), options({ pollSeconds: 600, retrySeconds: 60 }));
  }
  return memory!;
}

const fail = (code: ErrorCode, operands: Record<string, string>) => async (): Promise<never> => {
  throw errorOf({ code, details: operands } as Failure);
};
const full = fail('space_missing', { where: '/efi', free: '0', needed: '9' });

it.each<[string, ErrorCode, (ports: Ports) => void]>([
  ['the ESP is full', 'space_missing', ({ slot }) => Object.assign(slot, { write: full })],
  [
    'a hook fails',
    'hook_failed',
    ({ scripts }) => Object.assign(scripts, { hooks: fail('hook_failed', { hook: 'x', problem: 'no' }) }),
  ],
  [
    'no lock is configured',
    'lock_unset',
    ({ lock }) =>
      Object.assign(lock, {
        place: () => {
          throw new InterlockError('lock_unset');
        },
      }),
  ],
  [
    'etcd went back in time',
    'etcd_rewound',
    ({ lock }) =>
      Object.assign(lock, {
        acquire: async () => ({ kind: 'wait', reason: 'rewound', holders: [], problem: 'rewound' }),
      }),
  ],
  [
    'signed metadata is refused',
    'metadata_expired',
    ({ trust }) => Object.assign(trust!, { accept: fail('metadata_expired', { role: 'timestamp' }) }),
  ],
])('is told with each check-in, and the host goes on checking in: %s', async (_, code, breaks) => {
  const { ports, said } = world();
  breaks(ports);
  await minutes(60, ports);
  // one each ten minutes at least, however long the pauses between tries have become
  expect(said.length).toBeGreaterThanOrEqual(6);
  expect(said.slice(1).filter(({ trouble }) => trouble?.code === code).length).toBeGreaterThan(3);
});

it('is a wrong configuration too, on a host that has nothing else to report', async () => {
  const { ports, said } = world();
  ports.server!.checkIn = async (body) => {
    said.push(body);
    return { decision: { none: 'up_to_date' }, pollSeconds: 600 };
  };
  ports.wrong = new InterlockError('config_invalid', { file: '90.toml', problem: 'unknown key polll' });
  await minutes(30, ports);
  expect(said.map(({ trouble }) => trouble?.code)).toEqual(said.map(() => 'config_invalid'));
  ports.wrong = null;
  await minutes(30, ports);
  expect(said.at(-1)?.trouble).toBeUndefined();
});

it('is told no more once it is over', async () => {
  const { model, ports, said } = world();
  const { write } = ports.slot;
  ports.slot.write = full;
  await minutes(30, ports);
  ports.slot.write = write;
  await minutes(120, ports);
  expect(model.running.version).toBe('v2');
  expect(said.at(-1)?.trouble).toBeUndefined();
});

it('is not that the server itself was away', async () => {
  const { ports, said } = world();
  const ask = ports.server!.checkIn;
  ports.server!.checkIn = fail('unreachable', { url: 'u', problem: 'refused' });
  expect((await minutes(3, ports)).problem?.code).toBe('unreachable');
  ports.server!.checkIn = async (body) => {
    await ask(body);
    return { decision: { none: 'held' }, pollSeconds: 600 };
  };
  await minutes(30, ports);
  expect(said.length).toBeGreaterThan(0);
  expect(said.filter(({ trouble }) => trouble)).toEqual([]);
});

it('ends with the leave that the server takes back, which bars nothing', async () => {
  const { model, ports } = world();
  const { write } = ports.slot;
  const ask = ports.server!.checkIn;
  ports.slot.write = full;
  await minutes(3, ports);
  ports.server!.checkIn = async () => ({ decision: { none: 'held' }, pollSeconds: 600 });
  const held = await minutes(20, ports);
  expect([held.phase.at, held.barred, held.failed]).toEqual(['idle', undefined, {}]);
  ports.slot.write = write;
  ports.server!.checkIn = ask;
  await minutes(30, ports);
  expect(model.running.version).toBe('v2');
});

it('is not a busy server’s to end', async () => {
  const { ports } = world();
  ports.slot.write = full;
  await minutes(3, ports);
  ports.server!.checkIn = async () => ({ decision: { none: 'busy' }, pollSeconds: 600 });
  expect((await minutes(30, ports)).phase.at).toBe('offered');
});

it('says what was cancelled here with each check-in', async () => {
  const { ports, said } = world();
  ports.slot.write = full;
  await minutes(1, ports);
  now += 1000;
  await runAgent(ports, openStore(folder), options({ orders: [{ kind: 'cancel' }] }));
  await minutes(30, ports);
  expect(said.at(-1)).toMatchObject({ cancelled: ['v2'], failed: [], at: 'idle' });
});

it('remembers that it waits for approval, until the server says so no longer', async () => {
  const { ports } = world();
  const answer = { decision: { none: 'no_rollout' }, pollSeconds: 60 };
  ports.server!.checkIn = async () => ({ ...answer, approved: false });
  expect((await minutes(1, ports)).look).toMatchObject({ unapproved: true });
  ports.server!.checkIn = async () => answer;
  now += 3_600_000;
  expect((await minutes(1, ports)).look).not.toHaveProperty('unapproved');
});
