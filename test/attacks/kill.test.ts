import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attack } from '../support/trust/attack.ts';

const program = join(import.meta.dirname, '../support/trust/accept-forever.ts');
const rounds = 8;

test('kill -9 at any moment of a refresh leaves a cache that works', () =>
  attack({}, async ({ host }) => {
    const { isClockSynchronised: _, ...options } = host.options;
    const leftovers = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const child = spawn(process.execPath, [program, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, 7 * round));
      child.kill('SIGKILL');
      await once(child, 'exit');
      for (const name of await readdir(host.cacheDir)) leftovers.add(name.replace(/\.[0-9a-f]{8}\./, '.*.'));
      const cache = JSON.parse((await host.cache()) ?? '');
      expect(cache.serials).toEqual({ 'channels/tiny/alpha.json': 3 });
    }
    expect(leftovers).toContain('scratch');
    expect(await host.offer('3', '1')).toMatchObject({ version: '3' });
    expect(await readdir(host.cacheDir)).toEqual(['trust.json']);
  }));
