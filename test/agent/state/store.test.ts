import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../agent/state/store.ts';
import type { Memory } from '../../../agent/state-machine/memory.ts';
import { holdLock } from '../../../system/files/hold-lock.ts';
import { createHost, handle, hashOf, perform, start } from '../../support/lock-world/host.ts';
import { createStore } from '../../support/lock-world/store.ts';

let folder: string;
const now = new Date('2026-01-01T00:00:00Z');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const file = () => join(folder, 'state.json');

/** Real hashes and versions where the model has short words. */
const realistic = (memory: Memory): Memory =>
  JSON.parse(
    JSON.stringify(memory).replaceAll(hashOf('v1'), 'a'.repeat(64)).replaceAll(hashOf('v2'), 'b'.repeat(64)),
  );

describe('the state file', () => {
  it('starts fresh without a file and makes its folder', async () => {
    const { memory, problem } = await openStore(join(folder, 'deep/er')).load(now);
    expect(memory.phase.at).toBe('idle');
    expect(problem).toBeNull();
  });

  it.each([true, false])(
    'takes every memory of a journey back as it was (new version good: %s)',
    async (good) => {
      const store = openStore(folder);
      const host = Object.assign(createHost('h', createStore(1)), {
        isGood: (version: string) => good || version !== 'v2',
      });
      const phases = new Set<string>();
      let effect = start(host);
      while (effect) {
        const memory = realistic(host.memory);
        await store.save(memory);
        const loaded = await store.load(now);
        expect(loaded.problem).toBeNull();
        expect(loaded.memory).toEqual(memory);
        phases.add(memory.phase.at);
        const event = perform(host, effect);
        effect = event ? handle(host, event) : start(host);
      }
      expect(phases.size).toBe(good ? 10 : 11);
    },
  );

  it('takes a memory back in which a flip is given up that may not be recorded', async () => {
    const store = openStore(folder);
    const host = createHost('h', createStore(1));
    let effect = start(host);
    while (effect?.kind !== 'flip') effect = handle(host, perform(host, effect!)!);
    handle(host, { kind: 'failed', code: 'loader_unsafe', problem: 'torn', retry: 'never' });
    const memory = realistic(host.memory);
    expect(memory.phase).toMatchObject({ at: 'cancelling', generation: 'any' });
    await store.save(memory);
    expect(await store.load(now)).toEqual({ memory, problem: null });
  });

  it('keeps keys it does not know', async () => {
    const store = openStore(folder);
    await store.save((await store.load(now)).memory);
    const text = JSON.parse(await readFile(file(), 'utf8'));
    await writeFile(file(), JSON.stringify({ ...text, window: { opens: 'soon' } }));
    await store.save((await store.load(now)).memory);
    expect(JSON.parse(await readFile(file(), 'utf8')).window).toEqual({ opens: 'soon' });
  });

  it.each(['', '{"format":1', '{"format":2}', '\0\0\0\0', '{"format":1,"phase":{"at":"rebooting"}}'])(
    'keeps a damaged file %j aside and starts from facts',
    async (text) => {
      await writeFile(file(), text);
      const { memory, problem } = await openStore(folder).load(now);
      expect(problem?.code).toBe('state_invalid');
      expect(memory.phase).toEqual({ at: 'idle' });
      const [aside] = (await readdir(folder)).filter((name) => name.startsWith('state.json.broken-'));
      expect(await readFile(join(folder, aside!), 'utf8')).toBe(text);
    },
  );
});

describe('a memory that is lost', () => {
  const files = async () =>
    Promise.all(
      (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name), 'utf8')]),
    );
  const enrol = () => writeFile(join(folder, 'identity.json'), '{}');

  it.each(['', '{"format":1', '\0\0\0\0', null])(
    'is told of by whoever looks, and nothing is changed: %j',
    async (text) => {
      await enrol();
      if (text !== null) await writeFile(file(), text);
      const before = await files();
      for (let n = 0; n < 2; n++) {
        const { memory, problem } = await openStore(folder).read(now);
        expect([problem?.code, memory.lost?.state?.code]).toEqual(['state_invalid', 'state_invalid']);
      }
      expect(await files()).toEqual(before);
    },
  );

  it('is told of after the run that set it aside, until somebody saw it', async () => {
    await writeFile(file(), '');
    await openStore(folder).load(now);
    for (let n = 0; n < 2; n++) {
      const { memory, problem } = await openStore(folder).load(now);
      expect([problem, memory.lost?.state?.code, memory.problem?.code]).toEqual([
        null,
        'state_invalid',
        'state_invalid',
      ]);
    }
    expect((await readdir(folder)).filter((name) => name.includes('.broken-'))).toHaveLength(1);
  });

  it('is one that is gone from an enrolled host, and no other', async () => {
    expect((await openStore(folder).load(now)).memory.lost).toBeUndefined();
    await enrol();
    expect((await openStore(folder).load(now)).memory.lost?.state?.problem).toMatch(/it is gone/);
  });

  it('gives way when a folder stands in its place', async () => {
    await mkdir(file());
    const { memory } = await openStore(folder).load(now);
    expect(memory.lost?.state?.code).toBe('state_invalid');
    expect((await openStore(folder).load(now)).problem).toBeNull();
  });

  it('is not what cannot be read just now', async () => {
    await symlink('state.json', file());
    await expect(openStore(folder).load(now)).rejects.toMatchObject({ code: 'state_invalid' });
    expect((await readdir(folder)).sort()).toEqual(['state.json']);
  });
});

describe('one agent per host', () => {
  it('refuses a second one with the first one’s pid', async () => {
    const lock = join(folder, 'agent.lock');
    const unlock = await holdLock(lock, 'interlock-agent');
    const failure = await holdLock(lock, 'interlock-agent').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'busy' });
    expect((failure as Error).message).toContain(String(process.pid));
    await unlock();
    await (await holdLock(lock, 'interlock-agent'))();
  });

  it('lets the patient wait, and tells them for whom', async () => {
    const lock = join(folder, 'agent.lock');
    const unlock = await holdLock(lock, 'interlock-agent');
    const told: string[] = [];
    const next = await holdLock(lock, 'interlock-agent', {
      seconds: 60,
      onWait(pid) {
        told.push(pid);
        void unlock();
      },
    });
    expect(told).toEqual([String(process.pid)]);
    const impatient = { seconds: 0.1, onWait: (pid: string) => void told.push(pid) };
    await expect(holdLock(lock, 'interlock-agent', impatient)).rejects.toMatchObject({ code: 'busy' });
    expect(told).toHaveLength(2);
    await next();
  });

  it('is free again when the other was killed', async () => {
    const lock = join(folder, 'agent.lock');
    const module = new URL('../../../system/files/hold-lock.ts', import.meta.url).pathname;
    const program = `const { holdLock } = await import(${JSON.stringify(module)});
      globalThis.unlock = await holdLock(${JSON.stringify(lock)}, 'interlock-agent'); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(holdLock(lock, 'interlock-agent')).rejects.toMatchObject({ code: 'busy' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await holdLock(lock, 'interlock-agent'))();
  });
});
