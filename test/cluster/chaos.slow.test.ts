import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { namespaceProblem } from './network.ts';
import type { Summary } from './summary.ts';

const seconds = 20;
const problem = await namespaceProblem();

it('keeps at most two out while members are paused and killed', async () => {
  const { summary, status } = await chaos('--seed', '21');
  expectKept(summary);
  expect(status).toBe(0);
});

it.skipIf(problem)(`keeps at most two out while members are cut off ${problem ?? ''}`, async () => {
  const { summary, status, namespaces } = await chaos('--seed', '22', '--namespaces');
  expectKept(summary);
  expect(status).toBe(0);
  expect(Object.keys(summary.counts).join()).toMatch(/cut off|lost|link/);
  expect(namespaces).toEqual([]);
});

/** A mistake shows only when two hosts meet at the wrong moment, so it has three runs to show in. */
it.each(['unconditional release', 'unconditional acquire'])('finds an %s', { retry: 2 }, async (mistake) => {
  const { summary, status } = await chaos(
    '--seconds',
    '12',
    '--hosts',
    '16',
    '--places',
    '8',
    '--mistake',
    mistake,
  );
  expect(summary.violations.map(({ kind }) => kind)).toContain('more than one change');
  expect(status).toBe(1);
});

function expectKept({ violations, story, unfinished, counts, mostOut, mostHolders }: Summary): void {
  expect({ violations, story, unfinished }).toEqual({ violations: [], story: [], unfinished: [] });
  expect(mostOut).toBe(2);
  expect(mostHolders).toBe(2);
  expect(counts['reboots asked for']).toBeGreaterThan(8);
  expect(counts.releases).toBeGreaterThan(8);
  expect(counts.revisions).toBeGreaterThan(30);
}

/** One run in a process of its own, and the namespaces it left behind. */
async function chaos(...args: string[]): Promise<{ summary: Summary; status: number; namespaces: string[] }> {
  const program = join(import.meta.dirname, 'chaos.ts');
  const child = spawn(process.execPath, [program, '--seconds', String(seconds), '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const summary = JSON.parse(await text(child.stdout)) as Summary;
  const status = await ended;
  const left = problem ? [] : readdirSync('/run/netns');
  return { summary, status, namespaces: left.filter((name) => name.startsWith(`ilk${child.pid}`)) };
}
