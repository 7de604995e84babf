import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { publish } from '../../builder/publish/publish.ts';
import { createClient } from '../../cli/client/client.ts';
import type { Holder } from '../../protocol/lock/lock-value.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { readLock } from '../../system/lock/read-lock.ts';
import { swapLock } from '../../system/lock/swap-lock.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';
import { makeRelease } from '../update-server/support/make-release.ts';
import {
  adminToken,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';
import { joinFleet } from './support/fake-host.ts';
import { findBarriers, type Login, logIn, openBrowser, openDashboard } from './support/open-browser.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
const complaints: string[] = [];
let etcd: EtcdCluster;
let server: ServerProcess;
let token: string;
let browser: Browser;
let login: Login;
let page: Page;

beforeAll(async () => {
  await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
  [etcd, browser] = await Promise.all([startEtcd(), openBrowser()]);
  const data = join(dir, 'data');
  server = await startServer(
    data,
    '--online-keys',
    join(keysDir, 'online'),
    '--etcd',
    etcd.endpoints[0]!,
    '--lock-group',
    'web',
    '--enrolment',
    'open',
  );
  token = adminToken(server);
  login = await logIn(browser, server.url, token);
});
afterEach(async () => {
  await page?.context().close();
  expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await server?.end();
  await etcd?.stop();
  remove();
});

async function open(path: string) {
  page = await openDashboard(browser, server.url, { login, complaints });
  await page.goto(path);
}

it('teaches the next command, goes on by itself when it was typed, and becomes a fleet with the first host', async () => {
  await open('/');
  await page.getByText('This is a new server').waitFor();
  const command = `interlock publish releases/tiny-1-x86-64 --server ${server.url} --keys keys --channel alpha`;
  await page.getByText(command).waitFor();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: `Copy the command: ${command}` }).click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findBarriers(page)).toEqual([]);
  }

  const client = createClient({ server: server.url, token });
  await publish({ server: client, keysDir, releaseDir: makeRelease(dir, '1').dir, channel: 'alpha' });
  await page.getByText('No host has enrolled yet').waitFor();
  const [host] = await joinFleet(server.url, undefined, 1);
  await host!.checkIn();
  await page.getByRole('link', { name: 'Approve or forget' }).waitFor();
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
});

it('teaches on every page that has nothing to show', async () => {
  await open('/locks');
  await page.getByText('0 of 1 places taken').or(page.getByText('No group has a lock yet')).waitFor();
  await page.goto('/hosts?query=nobody');
  await page.getByText('No hosts match.').waitFor();
});

it('takes a place in the lock away only after a warning', async () => {
  const store = openEtcd({ endpoints: etcd.endpoints });
  const holder: Holder = {
    host: 'host-that-burnt-down',
    boot: 'boot-one',
    nonce: '0'.repeat(32),
    since: new Date(Date.now() - 3_600_000).toISOString(),
    release: 'b'.repeat(64),
  };
  await swapLock(store, 'web', (value) => ({ value: { ...value, holders: [holder] } }));
  await open('/locks');
  await page.getByText('1 of 1 places taken').waitFor();
  await page.getByRole('cell').getByText('1 hour ago').locator('visible=true').first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Force-release' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('one host more than allowed can be down').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  const overflow =
    "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('dialog[open]'))";
  expect(await page.evaluate(overflow)).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByLabel('Reason').fill('it burnt down');
  await dialog.getByRole('button', { name: 'Force-release' }).click();
  await page.getByText('0 of 1 places taken').waitFor();
  expect((await readLock(store, 'web')).holders).toEqual([]);
  store.close();
});
