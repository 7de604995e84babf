import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../../system/process/run.ts';

const agent = join(import.meta.dirname, '../../../agent/cli/main.ts');
const root = mkdtempSync(join(tmpdir(), 'interlock-hanging-'));
afterAll(() => rmSync(root, { recursive: true }));

test('a disk that never ends to be mounted holds the boot for the deadline and no longer', async () => {
  for (const folder of ['sys/class/block/vdb', 'dev', 'bin', 'run', 'etc'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'sys/class/block/vdb/size'), '2048\n');
  await run('mkfs.vfat', ['-C', '-n', 'CIDATA', join(root, 'dev/vdb'), '1024']);
  writeFileSync(join(root, 'bin/mount'), '#!/bin/sh\nexec sleep 200\n');
  chmodSync(join(root, 'bin/mount'), 0o755);
  const began = Date.now();
  const child = spawn(process.execPath, [agent, '--root', root, 'user-data', 'local'], {
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  // what it left behind
  process.kill(-child.pid!, 'SIGKILL');
  expect({ status, stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('no-cloud cannot be read: no answer in 15 s'),
  });
  expect(stderr).toContain('the host starts without');
  expect(Date.now() - began).toBeLessThan(100_000);
});
