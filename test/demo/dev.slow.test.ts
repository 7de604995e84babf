import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const lines: string[] = [];
let child: ReturnType<typeof start> | undefined;

function start() {
  return spawn(process.execPath, ['demo/dev/run.ts', '--hosts', '30', '--listen', '127.0.0.1:0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

afterEach(() => child?.kill('SIGTERM'));

test('npm run dev shows the dashboard, restarts after a change, and stops at SIGINT without a trace', async () => {
  child = start();
  const ended = once(child, 'exit');
  createInterface(child.stdout!).on('line', (line) => lines.push(line));
  const url = await until(/^dashboard: (\S+)$/);
  const token = await until(/^login token: (\S+)$/);
  const folder = await until(/ in (\S+)$/);

  const page = await fetch(url);
  expect(await page.text()).toContain('<script');
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${url}v1/hosts`, { headers })).status).toBe(200);

  utimesSync(join(root, 'dashboard/index.html'), new Date(), new Date());
  await until(/^restarted: dashboard\/index\.html changed$/);
  expect((await fetch(`${url}v1/hosts`, { headers })).status).toBe(200);

  // many editors write a new file and rename it over the old one
  for (const _ of ['once', 'again']) {
    lines.length = 0;
    copyFileSync(join(root, 'dashboard/main.tsx'), join(root, 'dashboard/main.new'));
    renameSync(join(root, 'dashboard/main.new'), join(root, 'dashboard/main.tsx'));
    await until(/^restarted: dashboard\/main\.tsx changed$/);
  }

  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(existsSync(folder)).toBe(false);
});

/** Waits for a line, and returns what it says. */
async function until(pattern: RegExp): Promise<string> {
  for (;;) {
    const found = lines.map((line) => pattern.exec(line)).find(Boolean);
    if (found) return found[1] ?? '';
    if (child?.exitCode !== null) throw new Error(`ended early: ${lines.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
