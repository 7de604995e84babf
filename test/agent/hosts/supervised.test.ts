import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';
import type { Host } from '../../support/host/supervise-host.ts';

const agent = fileURLToPath(new URL('../../support/host/edges-agent.ts', import.meta.url));
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hosts-'));
  const at = (name: string) => join(dir, name);
  await makeHostRelease(at('v1'), '1.0', { files: { 'etc/interlock/health': 'well' } });
  await makeHostRelease(at('v2'), '2.0', { files: { 'etc/interlock/health': 'well' } });
  await makeHostRelease(at('sick'), '3.0', { files: { 'etc/interlock/health': 'sick' } });
  await makeHostRelease(at('panic'), '4.0', { files: { 'usr/lib/interlock/panic': '' } });
});
afterAll(() => rmSync(dir, { recursive: true }));

const hosts: Host[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) {
    await host.stop();
    rmSync(host.dir, { recursive: true });
  }
});

async function install(target: string): Promise<Host> {
  const host = await createHost({
    dir: join(dir, `host-${target}`),
    release: join(dir, 'v1'),
    config: { 'agent.d/10-host.toml': 'channel = "stable"\n' },
    sizes: { root: 4 << 20, verity: 1 << 20 },
    pollMs: 20,
    agent,
  });
  writeFileSync(join(host.dir, 'own/target'), join(dir, target));
  hosts.push(host);
  return host;
}

async function until(host: Host, version: string): Promise<void> {
  while ((await host.running()).version !== version) await once(host.events, 'booted');
}

test('a first boot shows the image’s files below the host’s own', async () => {
  const host = await install('v1');
  await host.start();
  expect(await host.running()).toMatchObject({ version: '1.0', slot: 'a', generation: 1 });
  expect(readFileSync(join(host.dir, 'etc/interlock/health'), 'utf8')).toBe('well');
  expect(readFileSync(join(host.dir, 'etc/interlock/agent.d/10-host.toml'), 'utf8')).toContain('stable');
});

test('a good release is written, booted and kept through a power cut', async () => {
  const host = await install('v2');
  await host.start();
  const first = await host.running();
  await until(host, '2.0');
  const [exit] = await once(host.events, 'agent');
  expect(exit).toMatchObject({ code: 0, stderr: '' });
  await host.powerCut();
  const now = await host.running();
  expect(now).toMatchObject({ version: '2.0', slot: 'b', generation: 2 });
  expect(now.bootId).not.toBe(first.bootId);
});

test('a sick release and one that panics come back by themselves', async () => {
  for (const [target, attempts] of [
    ['sick', 0],
    ['panic', 3],
  ] as const) {
    const host = await install(target);
    const slots = await findSlotsInFile(join(host.dir, 'disk.img'));
    expect(slots.a.root.size).toBe(4 << 20);
    const panics: number[] = [];
    host.events.on('panicked', ({ generation }) => panics.push(generation));
    await host.start();
    await once(host.events, 'rebooting');
    await until(host, '1.0');
    while (((await once(host.events, 'agent')) as [{ code: number }])[0].code !== 0);
    expect((await host.running()).version).toBe('1.0');
    expect(panics).toHaveLength(attempts);
  }
});

test('a rotten block in the booted slot is a panic, never a wrong system', async () => {
  const host = await install('v2');
  await host.start();
  await until(host, '2.0');
  await once(host.events, 'agent');
  await host.stop();
  const { b } = await findSlotsInFile(join(host.dir, 'disk.img'));
  const disk = await open(b.root.path, 'r+');
  await disk.write(Buffer.from('rot'), 0, 3, b.root.offset + 100);
  await disk.close();
  await expect(host.start()).rejects.toThrow('panics for ever');
});
