import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../cli/client/client.ts';
import type { AuditLine, HostDetail, HostSummary } from '../../protocol/api/operator.ts';
import { scratch } from '../update-server/support/start-server.ts';
import { type Fleet, makeFleet } from './support/make-fleet.ts';
import { findBarriers, type Login, logIn, openBrowser, openDashboard } from './support/open-browser.ts';

const { dir, remove } = scratch();
const complaints: string[] = [];
/** A busy machine is slow, not wrong. */
const patience = { timeout: 30_000 };
let fleet: Fleet;
let browser: Browser;
let login: Login;
let page: Page;

beforeAll(async () => {
  [fleet, browser] = await Promise.all([makeFleet(dir, 80), openBrowser()]);
  login = await logIn(browser, fleet.server.url, fleet.token);
});
afterEach(async () => {
  await page?.context().close();
  expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await fleet?.server.end();
  remove();
});

const client = () => createClient({ server: fleet.server.url, token: fleet.token });
const names = () => page.locator('tbody tr th a').allTextContents();
const total = () => page.locator('.page-head .over').textContent();
const bar = (): Locator => page.getByRole('region', { name: 'Chosen hosts' });
const find = async (query: string) =>
  (await client().get<{ hosts: HostSummary[] }>(`v1/hosts?${query}`)).hosts;

async function open(path: string, width = 1280) {
  page = await openDashboard(browser, fleet.server.url, { login, width, complaints });
  await page.goto(path);
  await page.locator('tbody tr').first().waitFor();
}

describe('the list of hosts', () => {
  it('is narrowed by what the fleet has, says how many match, and the address says it too', async () => {
    await open('/hosts');
    await expect.poll(total, patience).toBe('81 hosts');
    await page.getByLabel('Label', { exact: true }).selectOption('role=db');
    await page.getByLabel('State', { exact: true }).selectOption('waiting');
    const expected = await find('label=role%3Ddb&state=waiting');
    expect(expected.length).toBeGreaterThan(3);
    await expect.poll(total, patience).toBe(`${expected.length} of 81 hosts`);
    expect(new URL(page.url()).search).toBe('?label=role%3Ddb&state=waiting');
    await page.reload();
    await expect.poll(total, patience).toBe(`${expected.length} of 81 hosts`);
    expect((await names()).toSorted()).toEqual(expected.map(({ hostname }) => hostname).toSorted());
  });

  it('is sorted by its heads, and goes on in that order', async () => {
    await open('/hosts?group=web');
    const first = await names();
    expect(first).toEqual(first.toSorted());
    await page.getByRole('columnheader', { name: 'Host', exact: true }).getByRole('link').click();
    await expect.poll(async () => (await names())[0], patience).toBe(first.at(-1));
    const head = page.getByRole('columnheader', { name: 'Host', exact: true });
    await expect.poll(() => head.getAttribute('aria-sort'), patience).toBe('descending');
    await page.goto('/hosts?sort=version&order=desc');
    const version = () => page.locator('tbody tr').first().locator('td').nth(2).textContent();
    await expect.poll(version, patience).toBe('2.1.0');
    await page.getByRole('link', { name: 'Next 50' }).click();
    await expect.poll(version, patience).toBe('1.9.0');
  });

  it('keeps a view by name, in this browser', async () => {
    await open('/hosts?group=web&sort=seen&order=desc');
    await page.getByRole('button', { name: 'Save this view' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('web, newest first');
    await page.keyboard.press('Enter');
    await page.goto('/hosts');
    await page.getByRole('link', { name: 'web, newest first' }).click();
    await page.waitForURL((url) => url.search === '?group=web&sort=seen&order=desc');
    await page.getByRole('button', { name: 'Remove the saved view web, newest first' }).click();
    await expect.poll(() => page.getByRole('link', { name: 'web, newest first' }).count(), patience).toBe(0);
  });
});

describe('many hosts', () => {
  it('are held at once, and the audit log has the reason for each', async () => {
    await open('/hosts?label=rack%3Db3&group=edge');
    const shown = await names();
    expect(shown.length).toBeGreaterThan(2);
    await page.getByLabel('Choose all hosts on this page').click();
    await bar().getByText(`${shown.length} hosts`, { exact: true }).waitFor();
    await bar().getByRole('button', { name: 'Hold', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: `Hold ${shown.length} hosts?` });
    await dialog.getByLabel('Reason').fill('rack b3 is moved');
    expect(await findBarriers(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Hold' }).click();
    await expect.poll(() => dialog.isVisible(), patience).toBe(false);
    await expect.poll(() => page.locator('.tag', { hasText: 'held' }).count(), patience).toBe(shown.length);
    const { lines } = await client().get<{ lines: AuditLine[] }>(`v1/audit?limit=${shown.length}`);
    for (const line of lines) expect(line).toMatchObject({ action: 'hold', detail: 'rack b3 is moved' });
  });

  it('are pinned to a release that there is, and put into a group that there is', async () => {
    await open('/hosts?query=db-00');
    const rows = page.locator('tbody tr');
    const count = await rows.count();
    await rows.first().getByRole('checkbox').click();
    await rows
      .last()
      .getByRole('checkbox')
      .click({ modifiers: ['Shift'] });
    await bar().getByText(`${count} hosts`, { exact: true }).waitFor();
    await bar().getByRole('button', { name: 'Pin', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expect
      .poll(() => dialog.getByLabel('Version').locator('option').allTextContents(), patience)
      .toEqual(['Choose a release', '2.1.0 (head of alpha)', '2.0.0 (head of stable)', '1.9.0']);
    await dialog.getByLabel('Version').selectOption('1.9.0');
    await dialog.getByRole('button', { name: 'Pin' }).click();
    await expect.poll(() => page.getByText('pinned 1.9.0').count(), patience).toBe(count);
    await bar().getByRole('button', { name: 'Set group' }).click();
    await dialog.getByLabel('Group').selectOption('canary');
    await dialog.getByRole('button', { name: 'Set group' }).click();
    await expect.poll(async () => (await find('group=canary&query=db-00')).length, patience).toBe(count);
  });

  it('succeed or fail one by one, and each failure is said', async () => {
    await open('/hosts?query=web-0');
    const rows = page.locator('tbody tr');
    await rows.nth(0).getByRole('checkbox').click();
    await rows.nth(1).getByRole('checkbox').click();
    const [gone, kept] = (await names()) as [string, string];
    const [host] = await find(`query=${gone}`);
    await client().delete(`v1/hosts/${host!.id}`);
    await bar().getByRole('button', { name: 'Hold', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Hold' }).click();
    await dialog.getByText('1 host changed; 1 host could not be:').waitFor();
    await dialog.getByRole('listitem').filter({ hasText: gone }).getByText('does not exist').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect((await find(`query=${kept}`))[0]).toMatchObject({ held: true });
  });

  it('are all that match, beyond the page that is shown', async () => {
    await open('/hosts');
    await page.getByLabel('Choose all hosts on this page').click();
    await page.getByRole('button', { name: /Choose all \d+ that match/ }).click();
    const all = (await find('')).length;
    await bar().getByText(`${all} hosts`, { exact: true }).waitFor();
    await bar().getByRole('button', { name: 'Choose none' }).click();
    await expect.poll(() => bar().count(), patience).toBe(0);
  });
});

describe('one host', () => {
  it('tells its story in one list, with clock times, and says what to type', async () => {
    const [held] = await find('flag=held');
    const path = `v1/hosts/${held!.id}`;
    await client().send(`${path}/hold`, { held: true, reason: 'its fan is loud' });
    await open(`/hosts/${held!.id}`);
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText('its fan is loud').waitFor();
    await timeline.getByText('enrolled').waitFor();
    await timeline.getByText('checked in').first().waitFor();
    expect(await timeline.locator('time').first().textContent()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    await page.getByText(`interlock host hold ${held!.hostname} --off`, { exact: true }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  it('that fell back says so from the new version to the old one', async () => {
    const failed = await find('state=failed');
    const details = await Promise.all(failed.map(({ id }) => client().get<HostDetail>(`v1/hosts/${id}`)));
    const back = details.find(({ reports }) => reports.some(({ kind }) => kind === 'fell_back'))!;
    await open(`/hosts/${back.id}`);
    await page.getByRole('row', { name: /^fell back 2\.0\.0 → 1\.9\.0/ }).waitFor();
  });
});

it('who runs a package is asked by a form, answered with counts, and leads to the hosts', async () => {
  page = await openDashboard(browser, fleet.server.url, { login, width: 1280, complaints });
  await page.goto('/packages');
  await page.getByLabel('Package or source').fill('openssl');
  await page.getByLabel('Version', { exact: true }).fill('3.5.4');
  await page.keyboard.press('Enter');
  const old = await find('version=1.9.0');
  await page.getByText(`${old.length} of`).first().waitFor();
  expect(new URL(page.url()).searchParams.get('is')).toBe('<');
  await page.getByText("interlock fleet affected 'openssl < 3.5.4'", { exact: true }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await page.getByRole('link', { name: `${old.length} hosts` }).click();
  await expect.poll(() => new URL(page.url()).pathname, patience).toBe('/hosts');
});

it('everything fits a phone, and a screen at 200 %, while hosts are chosen too', async () => {
  for (const width of [390, 640]) {
    await open('/hosts?group=web', width);
    await page.getByLabel('Choose all hosts on this page').click();
    await bar().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findBarriers(page)).toEqual([]);
    }
    await page.context().close();
  }
});

it('the list is worked by keys alone', async () => {
  await open('/hosts?group=web');
  const box = page.locator('tbody tr').first().getByRole('checkbox');
  await box.focus();
  await page.keyboard.press('Space');
  await bar().getByText('1 host', { exact: true }).waitFor();
  const hold = bar().getByRole('button', { name: 'Hold', exact: true });
  await hold.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  expect(await hold.evaluate((button) => button === document.activeElement)).toBe(true);
});
