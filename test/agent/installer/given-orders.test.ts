import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseOrders, leaveOrders, readLeftOrders } from '../../../agent/installer/given-orders.ts';
import type { Found } from '../../../agent/user-data/ports/found.ts';
import { ordersIn, runLiveStage } from '../../../agent/user-data/run-live-stage.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orders-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const document = `#cloud-config
hostname: web-1
runcmd: [poweroff]
interlock:
  install:
    disk: {serial: WD-1}
    erase: WD-1
    order: first
    after: poweroff
`;
const orders = {
  disk: { by: 'serial', serial: 'WD-1' },
  erase: 'WD-1',
  order: 'first',
  after: 'poweroff',
} as const;
const found = (text: string, facts: Partial<Found> = {}): Found => ({
  source: 'no-cloud',
  instanceId: 'i-1',
  userData: Buffer.from(text),
  sshKeys: [],
  trusted: false,
  ...facts,
});

test('user-data order what a command line does', () => {
  expect(ordersIn(found(document), false)).toEqual({ source: 'no-cloud', orders, problems: [] });
  for (const [written, disk] of [
    ['{only: true}', { by: 'only' }],
    ['{path: /dev/vda}', { by: 'path', path: '/dev/vda' }],
    ['{size: 500000000000}', { by: 'size', compare: '=', bytes: 500e9 }],
    ['{size: ">=1TB"}', { by: 'size', compare: '>=', bytes: 1e12 }],
  ] as const) {
    const text = `#cloud-config\ninterlock: {install: {disk: ${written}}}\n`;
    expect(ordersIn(found(text), false), written).toEqual({
      source: 'no-cloud',
      orders: { disk },
      problems: [],
    });
  }
  expect(ordersIn(found('#cloud-config\nhostname: web-1\n'), false).orders).toEqual({});
});

test.each([
  ['a disk', 'no-cloud', false, true],
  ['a metadata service', 'ec2', false, true],
  ['the firmware', 'smbios', true, false],
] as const)('with Secure Boot on, orders of %s', (_, source, trusted, isRefused) => {
  const given = ordersIn(found(document, { source, trusted }), true);
  expect(given.orders).toEqual(isRefused ? {} : orders);
  expect(given.problems.join()).toMatch(isRefused ? /Secure Boot is on/ : /^$/);
});

test('user-data with a mistake order nothing, and say where it is', () => {
  const given = ordersIn(found(document.replace('order: first', 'order: a/b')), false);
  expect(given.orders).toEqual({});
  expect(given.problems.join()).toMatch(/line 8: interlock: install: order/);
  const idless = ordersIn(found(document.replace('    order: first\n', '')), false);
  expect(idless.problems.join()).toContain('needs an order id');
});

test('orders of the command line come before those of user-data, and both are never mixed', () => {
  const left = { source: 'no-cloud', orders, problems: [] };
  const own = 'ro interlock.install.disk=only';
  expect(chooseOrders(own, left)).toEqual({
    orders: { disk: { by: 'only' } },
    problems: [],
    from: 'the kernel command line',
  });
  expect(chooseOrders('ro interlock.install.disk=sda', left)).toMatchObject({ orders: {} });
  expect(chooseOrders('ro', left)).toEqual({ orders, problems: [], from: 'user-data (no-cloud)' });
  expect(chooseOrders('ro')).toMatchObject({ orders: {}, problems: [] });
});

test('a stage of the live system leaves the orders to the installer, and takes nothing else but addresses', async () => {
  const search = { found: found(document), misses: [], askNetwork: false };
  const given = await runLiveStage({ root, stage: 'local', search, secureBoot: false });
  await leaveOrders(root, given!);
  expect(await readLeftOrders(root)).toEqual({ source: 'no-cloud', orders, problems: [] });
  expect(statSync(join(root, 'run/interlock/installer/orders.json')).mode & 0o077).toBe(0);
  expect(statSync(join(root, 'run/interlock/user-data/found')).isFile()).toBe(true);
  expect(statSync(join(root, 'etc'), { throwIfNoEntry: false })).toBeUndefined();
});
