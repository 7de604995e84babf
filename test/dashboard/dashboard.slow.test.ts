import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../cli/client/client.ts';
import type { RolloutDetail } from '../../protocol/api/rollout.ts';
import { interlock, scratch } from '../update-server/support/start-server.ts';
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
  [fleet, browser] = await Promise.all([makeFleet(dir), openBrowser()]);
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
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const focused = () => page.evaluate('document.activeElement?.textContent ?? ""') as Promise<string>;

async function open(path: string, { as = login, width = 1280 }: { as?: Login | null; width?: number } = {}) {
  page = await openDashboard(browser, fleet.server.url, { ...(as ? { login: as } : {}), width, complaints });
  await page.goto(path);
}

const paths = (): Record<string, string> => ({
  overview: '/',
  rollouts: '/rollouts',
  'a plan': '/rollouts/plan?name=core&channel=stable&policy=careful&from=22:00&to=05:00',
  'a rollout that runs': `/rollouts/${fleet.rollouts.stable}`,
  'a rollout that halted': `/rollouts/${fleet.rollouts.alpha}`,
  hosts: '/hosts?state=waiting&reason=not_yet',
  'user-data': '/hosts/user-data',
  'a host': `/hosts/${fleet.hosts[30]!.id}`,
  releases: '/releases',
  'a release': '/releases/core/2.0.0/x86-64',
  comparison: '/releases/compare?name=core&arch=x86-64&from=1.9.0&to=2.0.0',
  'a change of a channel': '/releases/change?verb=rollback&name=core&channel=stable&reason=leaks',
  'a policy': '/releases/policy?name=core&channel=stable',
  lock: '/locks',
  audit: '/audit',
  'the audit log by filters': '/audit?last=own&action=pin&subject=db&routine=show',
  tokens: '/tokens',
  'no page': '/nowhere',
});

describe('logging in', () => {
  it('takes a token, keeps the address that was asked for, and leaves nothing that a script can read', async () => {
    await open(`/rollouts/${fleet.rollouts.stable}`, { as: null });
    const token = page.locator('input[name=token]');
    await token.fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect.poll(() => page.getByRole('alert').textContent(), patience).toMatch(/\w+/);
    await token.fill(fleet.token);
    await page.keyboard.press('Enter');
    await heading('core 2.0.0 to stable').waitFor();
    expect(await page.evaluate('document.cookie + JSON.stringify({ ...localStorage })')).toBe('{}');
    await page.getByRole('button', { name: 'Log out' }).click();
    await heading(/Log in/).waitFor();
    await page.reload();
    await heading(/Log in/).waitFor();
    // what the browser itself says of the refusals that were asked for
    complaints.splice(0);
  });

  it('asks again when the token is revoked, and shows a viewer no actions', async () => {
    const made = await interlock('--json', 'token', 'create', '--data', `${dir}/data`, '--role', 'viewer');
    const { id, token } = JSON.parse(made.out) as { id: string; token: string };
    await open(`/rollouts/${fleet.rollouts.stable}`, { as: await logIn(browser, fleet.server.url, token) });
    await page.getByText('Actions need an operator token').waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    await interlock('token', 'revoke', id, '--yes', '--data', `${dir}/data`);
    await page.getByRole('link', { name: 'Hosts', exact: true }).click();
    await heading(/Log in/).waitFor();
    complaints.splice(0);
  });
});

describe('the fleet', () => {
  it('says how it stands, and leads from what needs attention to the step to take', async () => {
    await open('/');
    await page.getByText('hosts run the head of their channel').waitFor();
    for (const text of [
      'Needs attention',
      'Active rollouts',
      'Versions',
      'Hosts by state',
      'Waiting hosts',
    ]) {
      await page.getByRole('heading', { name: text, exact: true }).waitFor();
    }
    await page.getByText('3 hosts missed several check-ins').waitFor();
    await page.getByRole('img', { name: /Hosts by version: .*2\.0\.0 on \d+ hosts/ }).waitFor();
    await page.getByRole('link', { name: 'Show failed hosts' }).click();
    await heading('core 2.1.0 to alpha').waitFor();
    await page.getByText('The rollout halted by itself: 2 hosts failed, the limit is 2.').waitFor();
    expect(await page.title()).toBe('core 2.1.0 to alpha · Interlock');
  });

  it('finds hosts, keeps the question in the address, and hands them over as a file', async () => {
    await open('/hosts');
    await page.getByRole('link', { name: 'Next 50' }).click();
    await page.getByRole('link', { name: 'First page' }).waitFor();
    await page.goto('/hosts');
    await page.getByRole('searchbox').fill('edge-0');
    const names = () => page.locator('tbody tr th a').allTextContents();
    const found = (all: string[]) => all.length > 5 && all.every((name) => name.startsWith('edge-0'));
    await expect.poll(async () => found(await names()), patience).toBe(true);
    const shown = await names();
    expect(page.url()).toContain('query=edge-0');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('hosts.csv');
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(shown.length + 1);
    await page.reload();
    await expect.poll(() => page.locator('tbody tr').count(), patience).toBe(shown.length);
    await page.getByLabel('Flag').selectOption('cloned');
    await page.getByText('No hosts match.').waitFor();
  });

  it('keeps what is typed while the page answers, and finds by both box and choice', async () => {
    await open('/hosts');
    const box = page.getByRole('searchbox');
    await box.fill('e');
    for (const letter of 'dge-0') {
      await page.waitForURL((url) => url.searchParams.has('query'));
      await box.press('End');
      await box.press(letter);
    }
    await page.getByLabel('State').selectOption('waiting');
    const asked = () => new URL(page.url()).searchParams;
    await expect.poll(() => asked().get('query'), patience).toBe('edge-0');
    expect(asked().get('state')).toBe('waiting');
    expect(await box.inputValue()).toBe('edge-0');
  });

  it('says why a host waits and what would change it, and holds it', async () => {
    await open('/hosts?state=waiting&reason=not_yet');
    await page.locator('tbody tr th a').first().click();
    await page.getByText(/the ramp reaches it at/).waitFor();
    await page.getByText('What changes it:').waitFor();
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Hold' }).click();
    await page.getByRole('button', { name: 'Release hold' }).waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await page
      .getByRole('row', { name: /first start held \S+/ })
      .first()
      .waitFor();
  });

  it('shows by whose word a release runs, and what changed package by package', async () => {
    await open('/releases');
    await page
      .getByRole('table', { name: /Roles and when their signatures expire/ })
      .getByText('channel-stable')
      .waitFor();
    await page
      .getByRole('table', { name: /Releases of core/ })
      .getByRole('link', { name: 'core 2.0.0' })
      .click();
    await page.getByText('from 1.9.0').waitFor();
    await page.getByRole('link', { name: 'since 1.9.0' }).click();
    await page.getByRole('row', { name: 'openssl 3.5.1-1 3.5.4-1' }).waitFor();
    await page.getByRole('table', { name: 'Removed packages' }).getByText('wget').waitFor();
  });
});

it('tokens: one is made, shown once, and revoked with a reason that the audit log tells', async () => {
  await open('/tokens');
  await page.getByLabel('Name').fill('night watch');
  await page.getByRole('combobox', { name: 'Role' }).selectOption('operator');
  await page.getByRole('button', { name: 'Create token' }).click();
  const secret = await page.getByText(/^ilk-operator-/).textContent();
  const watch = createClient({ server: fleet.server.url, token: secret! });
  expect(await watch.get('v1/session')).toMatchObject({ name: 'night watch', role: 'operator' });
  await page.reload();
  const row = page.getByRole('row', { name: /night watch/ });
  await row.waitFor();
  expect(await page.getByText(/^ilk-operator-/).count()).toBe(0);
  await row.getByRole('button', { name: 'Revoke' }).click();
  const dialog = page.getByRole('dialog');
  const revoke = dialog.getByRole('button', { name: 'Revoke', exact: true });
  await revoke.click();
  expect(await dialog.isVisible()).toBe(true);
  await dialog.getByLabel('Reason').fill('left the team');
  await revoke.click();
  await row.waitFor({ state: 'hidden' });
  await expect(watch.get('v1/session')).rejects.toMatchObject({ code: 'unauthorized' });
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('row', { name: /first start revoked the token night watch left the team/ }).waitFor();
});

it('the audit log is found by action, person and subject, and keeps routine apart', async () => {
  await open('/audit');
  await page.getByRole('row', { name: /pinned db-/ }).waitFor();
  expect(await page.getByRole('row', { name: /enrolled/ }).count()).toBe(0);
  await page.getByLabel('Action').selectOption('promote');
  await page
    .getByRole('row', { name: /promoted core core\/stable/ })
    .first()
    .waitFor();
  await expect.poll(() => page.getByRole('row', { name: /pinned/ }).count(), patience).toBe(0);
  expect(new URL(page.url()).searchParams.get('action')).toBe('promote');
  await page.getByPlaceholder('Person').fill('nobody');
  await page.keyboard.press('Enter');
  await page.getByText('No entry fits these filters.').waitFor();
  await page.getByRole('link', { name: 'Clear the filters' }).click();
  await page.getByLabel('enrollments and log-ins').check();
  await page
    .getByRole('row', { name: /enrolled/ })
    .first()
    .waitFor();
});

it('while the server is away, figures are dimmed with their time until it is back', async () => {
  await open('/audit');
  await page.getByRole('row').first().waitFor();
  await page.getByRole('link', { name: 'Releases', exact: true }).click();
  await page.getByRole('link', { name: 'core 2.0.0' }).waitFor();
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByText('The server does not respond').waitFor();
  await page.getByRole('link', { name: 'Releases', exact: true }).click();
  await page
    .getByText(/^As of \d\d:\d\d:\d\d \S+$/)
    .first()
    .waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Try now' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await expect.poll(() => page.locator('.old').count(), patience).toBe(0);
  // what the browser itself says of being offline
  complaints.splice(0);
});

it('user-data is checked as it is written: problems beside their lines, then what a host would do, on a phone too', async () => {
  await open('/hosts/user-data', { width: 390 });
  const field = page.getByRole('textbox', { name: 'User-data' });
  const ask = async (text: string) => {
    await field.fill(text);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
  };
  await ask('#cloud-config\nhostnam: web-1\n');
  await page.getByRole('alert').getByText('No host would apply it: 1 error.').waitFor();
  await page.getByText('error in line 2, column 1').waitFor();
  await page.getByText('Did you mean hostname?').waitFor();
  expect(await page.locator('mark').textContent()).toBe('hostnam: web-1');
  expect(await findBarriers(page)).toEqual([]);
  await ask(`#cloud-config\nhostname: web-1\nruncmd: [[echo, ${'x'.repeat(300)}]]\n`);
  await page.getByText('A host would apply it.').waitFor();
  await page.getByRole('row', { name: /name web-1/ }).waitFor();
  await page.getByRole('heading', { level: 2, name: 'Commands' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
});

it('a slow server is said to be slow, on a page that is not blank', async () => {
  await open('/audit');
  await page.getByRole('row').first().waitFor();
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/v1/locks', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('link', { name: 'Lock', exact: true }).click();
  await page.getByText('Still loading: the server is slow to respond.').waitFor();
  answer();
  await page.getByText('This server does not read the lock.').waitFor();
});

it('on paper a page has no menu and no buttons', async () => {
  await open('/releases');
  await page.getByRole('link', { name: 'core 2.0.0' }).waitFor();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await page.getByRole('button').count()).toBe(0);
  expect(await page.getByRole('navigation', { name: 'Pages' }).count()).toBe(0);
  expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(23, 28, 26)');
});

it('a change of a channel is a whole command, and an intent that the key holder’s command line reads', async () => {
  await open('/releases');
  await page.getByRole('link', { name: 'Roll back on stable' }).click();
  await heading('Change a channel').waitFor();
  await page.getByLabel('Reason').fill('it leaks');
  await page.keyboard.press('Enter');
  const command = `interlock rollback core --channel stable --to 1.9.0 --reason 'it leaks' --keys DIR --server ${fleet.server.url}`;
  await page.getByText(command).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download the intent' }).click(),
  ]);
  const file = join(dir, download.suggestedFilename());
  await download.saveAs(file);
  const login = ['--server', fleet.server.url, '--token', fleet.token, '--keys', join(dir, 'keys')];
  const shown = await interlock('intent', file, '--show', ...login);
  expect(shown.err).toBe('');
  expect(shown.out).toContain('intent: rollback core 1.9.0 on stable');
});

describe('a rollout', () => {
  const state = async () => (await client().get<RolloutDetail>(`v1/rollouts/${fleet.rollouts.stable}`)).state;

  it('is paused only after a question that can be turned down', async () => {
    await open(`/rollouts/${fleet.rollouts.stable}`);
    await page.getByRole('img', { name: /Progress: the ramp plans 25 %/ }).waitFor();
    await page.getByRole('img', { name: /the rollout halts above 10 %/ }).waitFor();
    const pause = page.getByRole('button', { name: 'Pause' });
    await pause.click();
    const dialog = page.getByRole('dialog', { name: 'Pause the rollout of core 2.0.0 to stable?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await dialog.isVisible()).toBe(false);
    expect(await state()).toBe('running');
    await pause.click();
    await dialog.getByLabel('Reason').fill('support is asleep');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await state()).toBe('paused');
    await page.getByText('support is asleep').waitFor();
  });

  it('changes on the page and aloud when somebody else changes it', async () => {
    await open(`/rollouts/${fleet.rollouts.stable}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await client().post(`v1/rollouts/${fleet.rollouts.stable}/resume`, {});
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await expect
      .poll(() => page.getByRole('status').first().textContent(), patience)
      .toBe('The rollout is running.');
  });

  it('can be read and controlled by keys alone', async () => {
    await open('/');
    await page.getByText('hosts run the head of their channel').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.reload();
    await page.getByText('hosts run the head of their channel').waitFor();
    for (let tabs = 0; tabs < 8 && (await focused()) !== 'Rollouts'; tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('Rollouts').waitFor();
    expect(await focused()).toBe('Rollouts');
    const link = /^core 2\.0\.0/;
    for (let tabs = 0; tabs < 8 && !link.test(await focused()); tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('core 2.0.0 to stable').waitFor();
    for (let tabs = 0; tabs < 8 && (await focused()) !== 'Pause'; tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Pause');
    await page.goBack();
    await heading('Rollouts').waitFor();
  });
});

describe('every page', () => {
  it('stands by its own address, without barriers by day and by night', async () => {
    await open('/');
    for (const [name, path] of Object.entries(paths())) {
      await page.goto(path);
      await heading(/./).waitFor();
      await expect.poll(() => page.getByText('Loading…').count(), patience).toBe(0);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await findBarriers(page), `${name}, ${colorScheme}`).toEqual([]);
      }
    }
  });

  it('fits a phone', async () => {
    await open('/', { width: 390 });
    for (const [name, path] of Object.entries(paths())) {
      await page.goto(path);
      await heading(/./).waitFor();
      await expect.poll(() => page.getByText('Loading…').count(), patience).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(390);
    }
    await page.goto('/');
    const menu = page.getByRole('button', { name: 'Menu' });
    await menu.click();
    await page.getByRole('link', { name: 'Hosts', exact: true }).click();
    await heading('Hosts').waitFor();
    expect(await menu.getAttribute('aria-expanded')).toBe('false');
  });

  it('keeps the colors that were chosen', async () => {
    await open('/audit');
    await page.getByRole('button', { name: 'Colors: system' }).click();
    await page.getByRole('button', { name: 'Colors: dark' }).waitFor();
    await page.reload();
    await heading('Audit').waitFor();
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
  });
});

/** Pictures for the README, written only when asked for: a test leaves the tree as it is. */
describe.runIf(process.env.INTERLOCK_SCREENSHOTS)('pictures', () => {
  const failed = () => fleet.hosts.find((machine) => machine.failed.length > 0)!;
  it.each<[string, () => string, 'light' | 'dark', number, number]>([
    ['fleet', () => '/', 'light', 1200, 780],
    ['rollout', () => `/rollouts/${fleet.rollouts.stable}`, 'dark', 1280, 860],
    ['halted', () => `/rollouts/${fleet.rollouts.alpha}`, 'light', 390, 844],
    ['phone', () => '/', 'dark', 390, 844],
    ['host', () => `/hosts/${failed().id}`, 'light', 1280, 860],
    ['release', () => '/releases/core/2.0.0/x86-64', 'light', 1280, 760],
  ])('%s', async (name, path, colorScheme, width, height) => {
    await open('/', { width });
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.goto(path());
    await heading(/./).waitFor();
    await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
    await expect.poll(() => page.getByText('Loading…').count(), patience).toBe(0);
    // a chart's code comes after its page
    for (const plot of await page.locator('.plot').all()) await plot.locator('canvas').waitFor();
    const picture = await page.screenshot();
    expect(picture.length).toBeLessThan(150_000);
    writeFileSync(join(import.meta.dirname, `../../docs/screenshots/${name}.png`), picture);
  });
});
