import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../cli/client/client.ts';
import { toField } from '../../dashboard/format/local-time.ts';
import type { RolloutDetail, RolloutSummary } from '../../protocol/api/rollout.ts';
import { interlock, scratch } from '../update-server/support/start-server.ts';
import { type Fleet, makeFleet } from './support/make-fleet.ts';
import { findBarriers, type Login, logIn, openBrowser, openDashboard } from './support/open-browser.ts';

const { dir, remove } = scratch();
const complaints: string[] = [];
const patience = { timeout: 30_000 };
let fleet: Fleet;
let browser: Browser;
let login: Login;
let page: Page;

beforeAll(async () => {
  [fleet, browser] = await Promise.all([makeFleet(dir, 60), openBrowser()]);
  const client = createClient({ server: fleet.server.url, token: fleet.token });
  const behind = fleet.hosts.filter(({ channel, version }) => channel === 'stable' && version === '1.9.0');
  // one of them may count as something else first
  for (const { id } of behind.slice(0, 3)) await client.send(`v1/hosts/${id}/hold`, { held: true });
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

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (name: string | RegExp) => page.getByRole('button', { name });

async function open(
  path: string,
  { as = login, ...more }: { as?: Login; width?: number; zone?: string } = {},
) {
  page = await openDashboard(browser, fleet.server.url, { login: as, ...more, complaints });
  await page.goto(path);
}

async function current(): Promise<RolloutDetail> {
  const client = createClient({ server: fleet.server.url, token: fleet.token });
  const { rollouts } = await client.get<{ rollouts: RolloutSummary[] }>(
    'v1/rollouts?name=core&channel=stable',
  );
  return client.get<RolloutDetail>(`v1/rollouts/${rollouts[0]!.id}`);
}

/** So many days from today at that hour, as the machine’s clock goes: the browser’s is the same. */
function day(days: number, hour: number): Date {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}

it('plans tomorrow night in hours of its own: shown before it is scheduled, with who is left out', async () => {
  await open('/rollouts');
  await page.getByRole('link', { name: 'Plan a rollout' }).click();
  await heading('Plan a rollout').waitFor();
  expect(await page.getByRole('combobox', { name: 'Channel' }).inputValue()).toBe('stable');
  await button('Start tomorrow 22:00').click();
  await page.getByLabel('may start: from').fill('22:00');
  await page.getByText('Enter both hours, or none.').waitFor();
  await page.getByLabel('may start: to').fill('05:00');
  await page
    .getByText(/^\d+ hosts would start core 2\.0\.0: the first at \d{4}-\d\d-\d\d 22:00 \S+,/)
    .waitFor();
  await page.getByRole('img', { name: /Hosts that may have started: from/ }).waitFor();
  const outside = page.getByRole('table', { name: 'Hosts that cannot come' });
  await outside.getByRole('link', { name: /held/ }).waitFor();
  await page.getByText(/Hosts start only from 22:00 to 05:00/).waitFor();
  await page.getByText(/takes the place of the rollout of 2\.0\.0, which is running/).waitFor();
  const command = page.locator('.command code', { hasText: 'interlock rollout start' });
  expect(await command.textContent()).toMatch(
    /^interlock rollout start core --channel stable --window '22:00-05:00 \S+' --at \S+T22:00[+-]\d\d:\d\d --server http/,
  );
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findBarriers(page), colorScheme).toEqual([]);
  }
  await button('Schedule the rollout').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/No host starts before \d{4}-\d\d-\d\d 22:00 \S+, in/).waitFor();
  await dialog.getByLabel('Reason').fill('after the shops close');
  await page.keyboard.press('Enter');
  await page.getByText('The rollout is scheduled.').first().waitFor();
  await heading('core 2.0.0 to stable').waitFor();
  expect(await current()).toMatchObject({
    state: 'scheduled',
    starts: day(1, 22).toISOString(),
    policyText: { window: [{ from: '22:00', to: '05:00' }], max_failures: 6 },
  });
  const audit = await interlock('audit', '--server', fleet.server.url, '--token', fleet.token);
  expect(audit.out).toContain('after the shops close');
});

it('its start is changed by keys, its policy stays, and it is called off where it is shown', async () => {
  const before = await current();
  await open(`/rollouts/${before.id}`);
  await page.getByRole('link', { name: 'Change the plan' }).press('Enter');
  const policy = page.getByRole('combobox', { name: 'Policy' });
  await policy.waitFor();
  expect(await policy.inputValue()).toBe('planned');
  const start = page.getByLabel(/^Start \(/);
  expect(await start.inputValue()).toMatch(/T22:00$/);
  const two = day(2, 23);
  await start.fill(toField(two));
  await page.getByText(/which is scheduled for \d{4}-\d\d-\d\d 22:00/).waitFor();
  await page.getByText(/the first at \d{4}-\d\d-\d\d 23:00/).waitFor();
  await button('Change the plan').press('Enter');
  await page.getByRole('dialog').getByLabel('Reason').waitFor();
  await page.keyboard.press('Enter');
  await heading('core 2.0.0 to stable').waitFor();
  await expect.poll(async () => (await current()).starts, patience).toBe(two.toISOString());
  expect((await current()).policyText).toEqual(before.policyText);
  await button('Abort').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click();
  await page.getByText('Aborted', { exact: true }).waitFor();
  expect((await current()).state).toBe('aborted');
});

it('a start that is over and hours that are none are refused in words, and nothing can be started', async () => {
  await open('/rollouts/plan?name=core&channel=stable&starts=2026-01-01T22:00:00.000Z');
  await page.getByText('This start is over.').waitFor();
  expect(await button(/the rollout$/).count()).toBe(0);
  await page.goto('/rollouts/plan?name=core&channel=stable&from=22:00&to=22:00');
  await page.getByText(/a window from 22:00 to 22:00 is never open/).waitFor();
  expect(await button(/the rollout$/).count()).toBe(0);
  // what the browser itself says of the refusal
  complaints.splice(0);
});

it('a viewer sees the plan and the command, and has no button', async () => {
  const made = await interlock('--json', 'token', 'create', '--data', join(dir, 'data'), '--role', 'viewer');
  const { token } = JSON.parse(made.out) as { token: string };
  await open('/rollouts/plan?name=core&channel=stable&policy=now', {
    as: await logIn(browser, fleet.server.url, token),
    width: 390,
  });
  await page.getByText('To start it needs an operator token.').waitFor();
  await page.getByText(/hosts would start core 2\.0\.0/).waitFor();
  expect(await button(/the rollout$/).count()).toBe(0);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  expect(await findBarriers(page)).toEqual([]);
});

it('takes times in the zone of the browser, and says which that is', async () => {
  await open('/rollouts/plan?name=core&channel=stable&policy=now&from=01:00&to=04:00', {
    zone: 'Pacific/Auckland',
  });
  await page.getByLabel(/^Start \(/).fill('2040-01-02T00:30');
  await page.getByText(/the first at 2040-01-02 01:00 (NZDT|GMT\+13)/).waitFor();
  await page.getByText('Times are those of Pacific/Auckland.').waitFor();
  await page.getByText("--window '01:00-04:00 Pacific/Auckland' --at 2040-01-02T00:30+13:00").waitFor();
});
