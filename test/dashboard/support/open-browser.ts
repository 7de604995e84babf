import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a context remembers of a login: logins are limited, and one is enough. */
export type Login = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Starts Debian's Chromium; its traffic goes to loopback alone. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-component-update',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

/** Logs in with a token, as the page does. */
export async function logIn(browser: Browser, url: string, token: string): Promise<Login> {
  const context = await browser.newContext();
  const answer = await context.request.post(`${url}/v1/session`, {
    data: { token },
    headers: { 'x-interlock': '1' },
  });
  if (!answer.ok()) throw new Error(`no session: ${answer.status()} ${await answer.text()}`);
  const login = await context.storageState();
  await context.close();
  return login;
}

/** Opens a page of the desk; `complaints` gathers what the browser's console said was wrong. */
export async function openDashboard(
  browser: Browser,
  url: string,
  {
    login,
    width = 1280,
    zone,
    complaints,
  }: { login?: Login; width?: number; zone?: string; complaints: string[] },
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: width < 600 ? 844 : 800 },
    reducedMotion: 'reduce',
    ...(login ? { storageState: login } : {}),
    ...(zone ? { timezoneId: zone } : {}),
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return page;
}

/** Serious and critical findings of axe-core on the page as it is, with where each was found. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`),
    );
}
