import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { createToken } from '../update-server/auth/create-token.ts';
import { openSqliteStore } from '../update-server/store/sqlite/store.ts';
import { fillHosts } from './checkin/fill.ts';
import { type Visit, visit } from './dashboard/visit.ts';
import type { Measured } from './figure.ts';
import { startMeasured } from './support/server-process.ts';

export const summary = 'the operators’ page with 100,000 hosts, in a real browser with an empty cache';

const hosts = 100_000;
const visits = 7;
const cli = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** Each visit is a browser's first: nothing is cached but what the server keeps. The middle one counts. */
export async function* bench(): AsyncGenerator<Measured> {
  const data = await mkdtemp(join(tmpdir(), 'bench-dashboard-'));
  const token = await fill(data);
  const server = await startMeasured(cli, 'serve', '--data', data, '--listen', '127.0.0.1:0');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const { url } = server;
    const first = await visit(browser, url, token, '/');
    yield { figure: 'first paint of the first visit after a start', value: first.firstPaintMs, unit: 'ms' };
    for (const [name, path] of [
      ['overview', '/'],
      ['hosts', '/hosts'],
      ['a search among them', '/hosts?query=web-4711'],
    ] as const) {
      const all: Visit[] = [];
      for (let count = 0; count < visits; count++) all.push(await visit(browser, url, token, path));
      yield { figure: `${name}: first paint`, value: middle(all, 'firstPaintMs'), unit: 'ms', atMost: 1000 };
      yield { figure: `${name}: until the answer shows`, value: middle(all, 'answerMs'), unit: 'ms' };
      yield { figure: `${name}: bytes over the wire`, value: middle(all, 'wireBytes') / 1024, unit: 'KiB' };
    }
    yield { figure: 'most memory of the server', value: server.peakMebibytes(), unit: 'MiB' };
  } finally {
    await browser.close();
    await server.stop();
    await rm(data, { recursive: true });
  }
}

async function fill(data: string): Promise<string> {
  fillHosts(data, hosts, new Date());
  const store = openSqliteStore(data);
  const { token } = await createToken(store, { role: 'admin', name: 'bench', who: 'bench', now: new Date() });
  await store.close();
  return token;
}

function middle(visits: readonly Visit[], what: keyof Visit): number {
  return visits.map((each) => each[what]).toSorted((a, b) => a - b)[Math.floor(visits.length / 2)]!;
}
