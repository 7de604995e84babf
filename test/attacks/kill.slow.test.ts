import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attack } from '../support/trust/attack.ts';

const program = join(import.meta.dirname, '../support/trust/accept-once.ts');

test('kill -9 before or in any change on disk leaves a cache that works', () =>
  attack({}, async ({ host }) => {
    const { isClockSynchronised: _, ...options } = host.options;
    const leftovers = new Set<string>();
    const serials: number[] = [];
    for (let change = 1; await isKilled(options, change); change++) {
      for (const name of await readdir(host.cacheDir)) leftovers.add(name.replace(/\.[0-9a-f]{8}\./, '.*.'));
      const cache = JSON.parse((await host.cache()) ?? '');
      serials.push(cache.serials['channels/tiny/alpha.json']);
    }
    expect([...leftovers].toSorted()).toEqual(['scratch', 'trust.json', 'trust.json.*.tmp']);
    expect(serials.length).toBeGreaterThan(15);
    expect(serials).toEqual(serials.toSorted((a, b) => a - b));
    expect(new Set(serials)).toEqual(new Set([2, 3]));
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    expect(await readdir(host.cacheDir)).toEqual(['trust.json']);
  }));

/** False when the host came to its end before that change was due. */
async function isKilled(options: object, change: number): Promise<boolean> {
  const child = spawn(process.execPath, [program, JSON.stringify(options), String(change)], {
    stdio: 'inherit',
  });
  const [code, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the host ended with ${code}`);
  return signal === 'SIGKILL';
}
