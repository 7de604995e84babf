import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { logIn, openBrowser, openDashboard } from '../test/dashboard/support/open-browser.ts';
import type { Measured } from './figure.ts';
import { Person } from './tasks/person.ts';
import { type Morning, prepare } from './tasks/prepare.ts';
import { type Task, tasks } from './tasks/tasks.ts';
import { Terminal } from './tasks/terminal.ts';

export const summary =
  'an operator’s tasks: clicks and keys on the page, commands in a terminal, and seconds';

/** Each task begins on the overview, or at a prompt, and ends when the answer is read or the change is made. */
export async function* bench(): AsyncGenerator<Measured> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-tasks-'));
  const browser = await openBrowser();
  const morning = await prepare(dir);
  try {
    for (const task of tasks) {
      if (task.onPage) yield* onPage(task, task.onPage, morning, browser);
      if (task.inTerminal) yield* inTerminal(task, task.inTerminal, morning);
    }
  } finally {
    await browser.close();
    await morning.server.end();
    await rm(dir, { recursive: true });
  }
}

async function* onPage(
  { name }: Task,
  perform: NonNullable<Task['onPage']>,
  morning: Morning,
  browser: Browser,
): AsyncGenerator<Measured> {
  const { url } = morning.server;
  const login = await logIn(browser, url, morning.token);
  const page = await openDashboard(browser, url, { login, width: 1440, complaints: [] });
  await page.goto('/');
  await page.getByText('hosts run the head of their channel').waitFor();
  const person = new Person(page);
  const holder = new Terminal(morning.dir, { url, token: morning.token });
  const begun = performance.now();
  await perform(person, morning, holder);
  const seconds = (performance.now() - begun) / 1000;
  await page.context().close();
  yield { figure: `${name}: page`, value: person.clicks, unit: 'clicks' };
  if (person.keys > 0) yield { figure: `${name}: page, typed`, value: person.keys, unit: 'keys' };
  if (holder.commands > 0)
    yield { figure: `${name}: page, by the key holder`, value: holder.commands, unit: 'commands' };
  yield { figure: `${name}: page, until answered`, value: seconds, unit: 's' };
}

async function* inTerminal(
  { name }: Task,
  perform: NonNullable<Task['inTerminal']>,
  morning: Morning,
): AsyncGenerator<Measured> {
  const terminal = new Terminal(morning.dir, { url: morning.server.url, token: morning.token });
  const begun = performance.now();
  await perform(terminal, morning);
  const seconds = (performance.now() - begun) / 1000;
  yield { figure: `${name}: terminal`, value: terminal.commands, unit: 'commands' };
  yield { figure: `${name}: terminal, until answered`, value: seconds, unit: 's' };
}
