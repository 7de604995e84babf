import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { health } from '../../../agent/scripts/health.ts';
import { hooks } from '../../../agent/scripts/hooks.ts';

let folder: string;
const live = () => new AbortController().signal;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-scripts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function script(name: string, body: string, mode = 0o755): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(folder, name), mode);
}
const log = () => readFile(join(folder, 'log'), 'utf8').catch(() => '');
/** A killed orphan may wait for its new parent as a zombie; it runs no more. */
const isAlive = (pid: number) => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('hooks', () => {
  it('run in name order and leave out what is no script', async () => {
    await script('20-b', `echo b >> ${folder}/log`);
    await script('10-a', `echo a >> ${folder}/log`);
    await script('30-no', `echo no >> ${folder}/log`, 0o644);
    await script('.hidden', `echo hidden >> ${folder}/log`);
    await script('40-old~', `echo old >> ${folder}/log`);
    await hooks(folder, 5, live());
    expect(await log()).toBe('a\nb\n');
  });

  it('stop at the first failure and say what it printed', async () => {
    await script('10-a', 'echo cannot drain; exit 3');
    await script('20-b', `echo b >> ${folder}/log`);
    await expect(hooks(folder, 5, live())).rejects.toMatchObject({
      code: 'hook_failed',
      message: expect.stringContaining('10-a: ended with 3: cannot drain'),
    });
    expect(await log()).toBe('');
  });

  it('end with their whole process group at the limit', async () => {
    await script('10-a', `trap '' TERM; sleep 60 & echo $! > ${folder}/log; wait; sleep 60`);
    const started = Date.now();
    await expect(hooks(folder, 0.3, live())).rejects.toThrow(/did not end within 0.3 s/);
    expect(Date.now() - started).toBeLessThan(4000);
    await sleep(50);
    expect(isAlive(Number(await log()))).toBe(false);
  });

  it('leave no background process holding them open', async () => {
    await script('10-a', `sleep 60 & echo $! > ${folder}/log`);
    const started = Date.now();
    await hooks(folder, 5, live());
    expect(Date.now() - started).toBeLessThan(2000);
    await sleep(50);
    expect(isAlive(Number(await log()))).toBe(false);
  });

  it('end when the agent is told to stop', async () => {
    await script('10-a', 'sleep 60');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const started = Date.now();
    await expect(hooks(folder, 30, stop.signal)).rejects.toThrow();
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it('are none without a folder', async () => {
    await hooks(join(folder, 'missing'), 1, live());
  });
});

describe('health', () => {
  it('holds for the steady time', async () => {
    await script('10-a', `echo x >> ${folder}/log`);
    const started = Date.now();
    expect(await health(folder, { settle: 0, steady: 0.4, timeout: 5 }, live())).toEqual({ ok: true });
    expect(Date.now() - started).toBeGreaterThanOrEqual(400);
    expect((await log()).split('\n').length).toBeGreaterThan(3);
  });

  it('waits for services that are still starting', async () => {
    await script('10-a', `echo x >> ${folder}/log; [ $(wc -l < ${folder}/log) -gt 3 ]`);
    expect(await health(folder, { settle: 10, steady: 0.1, timeout: 5 }, live())).toEqual({ ok: true });
  });

  it('fails with the check’s name and words once the settle time is over', async () => {
    await script('10-ok', 'true');
    await script('20-net', 'echo no route >&2; exit 1');
    expect(await health(folder, { settle: 0.2, steady: 0.1, timeout: 5 }, live())).toEqual({
      ok: false,
      check: '20-net',
      problem: 'ended with 1: no route',
    });
  });

  it('does not bless what breaks while it should be steady', async () => {
    await script('10-a', `echo x >> ${folder}/log; [ $(wc -l < ${folder}/log) -lt 3 ]`);
    expect(await health(folder, { settle: 0, steady: 1, timeout: 5 }, live())).toMatchObject({
      check: '10-a',
    });
  });

  it('fails a check that cannot be run', async () => {
    await writeFile(join(folder, '10-a'), '#!/no/such/shell\n', { mode: 0o755 });
    expect(await health(folder, { settle: 0, steady: 0, timeout: 5 }, live())).toMatchObject({ ok: false });
  });
});
