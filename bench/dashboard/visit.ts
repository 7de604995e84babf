import type { Browser } from 'playwright-core';
import { type Login, logIn } from '../../test/dashboard/support/open-browser.ts';

/** What one visit took. */
export interface Visit {
  /** First contentful paint since the address was asked for. */
  firstPaintMs: number;
  /** Until the page's own question was answered and shown. */
  answerMs: number;
  /** All that came over the wire until then. */
  wireBytes: number;
}

const logins = new Map<string, Login>();

/** Opens a page in a fresh browser context that has only the login's cookie. */
export async function visit(browser: Browser, url: string, token: string, path: string): Promise<Visit> {
  const storageState = logins.get(url) ?? (await logIn(browser, url, token));
  logins.set(url, storageState);
  const context = await browser.newContext({ storageState });
  const page = await context.newPage();
  await page.goto(url + path);
  await page.locator('main .lede, main tbody tr').first().waitFor();
  const answerMs = (await page.evaluate('performance.now()')) as number;
  // on a busy machine what is there may be painted a little later
  await page.waitForFunction("performance.getEntriesByName('first-contentful-paint').length > 0");
  const seen = (await page.evaluate(`({
    firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    wireBytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .reduce((sum, { transferSize }) => sum + transferSize, 0),
  })`)) as Omit<Visit, 'answerMs'>;
  await context.close();
  return { ...seen, answerMs };
}
