import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import type { Release } from '../../../protocol/release.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';

const agent = fileURLToPath(new URL('../../support/host/edges-agent.ts', import.meta.url));
const kills = 50;
/** Longer than an update takes, so that kills fall everywhere in it. */
const longestMs = 2500;
const releases = new Map<string, Release>();
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kill-'));
  const files = { 'etc/interlock/health': 'well' };
  for (const version of ['1.0', '2.0']) {
    const ballast = randomBytes(24 << 20);
    releases.set(version, await makeHostRelease(join(dir, version), version, { files, ballast }));
  }
});
afterAll(() => rmSync(dir, { recursive: true }));

test('kill -9 at fifty moments of updates: a verified slot runs, and the running slot never changes', async () => {
  const host = await createHost({
    dir: join(dir, 'host'),
    release: join(dir, '1.0'),
    config: { 'agent.d/10-host.toml': 'channel = "stable"\n' },
    sizes: { root: 32 << 20 },
    pollMs: 1,
    agent,
  });
  const slots = await findSlotsInFile(join(host.dir, 'disk.img'));
  const checkRunning = async () => {
    const { slot, version } = await host.running();
    const { path, offset } = slots[slot].root;
    const { size, sha256 } = releases.get(version)!.root;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { start: offset, end: offset + size - 1 }))
      hash.update(chunk);
    expect(hash.digest('hex')).toBe(sha256);
  };
  const aim = (version: string) => writeFileSync(join(host.dir, 'own/target'), join(dir, version));
  aim('2.0');
  const panics: unknown[] = [];
  let updates = 0;
  let struck = 0;
  host.events.on('panicked', (panic) => panics.push(panic));
  host.events.on('booted', ({ version }) => {
    const goal = version === '1.0' ? '2.0' : '1.0';
    if (readFileSync(join(host.dir, 'own/target'), 'utf8').endsWith(version)) {
      updates++;
      aim(goal);
    }
  });
  await host.start();
  for (let kill = 0; kill < kills; kill++) {
    await sleep((longestMs * ((kill * 7919) % kills)) / kills);
    if (kill % 5 === 4) await host.powerCut();
    else if (host.kill9()) struck++;
    await checkRunning();
  }
  await host.powerCut();
  await checkRunning();
  await host.stop();
  expect(panics).toEqual([]);
  expect(updates).toBeGreaterThan(0);
  expect(struck).toBeGreaterThan(kills / 4);
  console.log(`${kills} kills, ${struck} of them in a run of the agent, ${updates} updates went through`);
});
