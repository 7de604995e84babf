import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLock } from '../../cli/lock.ts';
import { type LockValue, lockKey } from '../../protocol/lock/lock-value.ts';
import { acquire, emptyLock } from '../../protocol/lock/semaphore.ts';
import { createProgram } from '../../system/command/command.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { readLock } from '../../system/lock/read-lock.ts';
import { swapLock } from '../../system/lock/swap-lock.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';

let cluster: EtcdCluster;
beforeAll(async () => {
  cluster = await startEtcd();
});
afterAll(() => cluster?.stop());

async function lock(...words: string[]): Promise<void> {
  const program = createProgram('interlock', '');
  addLock(program);
  const flags = ['--group', 'web', '--etcd', cluster.endpoints.join(',')];
  await program.parseAsync(['lock', words[0]!, ...flags, ...words.slice(1)], { from: 'user' });
}
async function value() {
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  try {
    return await readLock(etcd, 'web');
  } finally {
    etcd.close();
  }
}

describe('interlock lock', () => {
  it('sets slots, takes a place away and clears failures', async () => {
    await lock('slots', '3');
    expect((await value()).slots).toBe(3);
    const etcd = openEtcd({ endpoints: cluster.endpoints });
    const holder = {
      host: 'h1',
      boot: 'b1',
      nonce: '1'.repeat(32),
      since: '2026-01-01T00:00:00Z',
      release: 'a'.repeat(64),
    };
    await swapLock(etcd, 'web', (found) => acquire(found, holder, ['b1']));
    await swapLock(etcd, 'web', (found) => ({
      value: { ...found, releases: { [holder.release]: { ok: 1, failed: { h2: 'panic' } } } },
    }));
    etcd.close();
    await lock('status');
    await expect(lock('clear-failed', holder.release)).rejects.toMatchObject({ code: 'unconfirmed' });
    await lock('clear-failed', holder.release, '--yes');
    await expect(lock('release', 'h1')).rejects.toMatchObject({ code: 'unconfirmed' });
    await lock('release', 'h1', '--yes');
    expect(await value()).toMatchObject({
      slots: 3,
      holders: [],
      releases: { [holder.release]: { failed: {} } },
    });
  });

  it('changes nothing for a host or release it does not know', async () => {
    const before = await value();
    await expect(lock('release', 'nobody', '--yes')).rejects.toMatchObject({ code: 'not_found' });
    await expect(lock('clear-failed', 'f'.repeat(64), '--yes')).rejects.toMatchObject({ code: 'not_found' });
    await expect(lock('slots', 'many')).rejects.toMatchObject({ code: 'usage' });
    expect(await value()).toEqual(before);
  });

  it('understands the beginning of an id, and names who may be meant', async () => {
    await put({ ...emptyLock(3), holders: ['ab-1', 'ab-2', 'c'].map(holderOf) });
    await expect(lock('release', 'ab', '--yes')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/ab-1, ab-2/),
    });
    await expect(lock('release', '', '--yes')).rejects.toMatchObject({ code: 'not_found' });
    await lock('release', 'ab-2', '--yes');
    await lock('release', 'a', '--yes');
    expect((await value()).holders).toMatchObject([{ host: 'c' }]);
    await expect(lock('status', '--group', '../x')).rejects.toMatchObject({ code: 'usage' });
  });
});

it.each(['e1:2379', '', ',', 'ftp://e1', 'https://e1:99999', 'http://'])('%j is no etcd', async (etcd) => {
  await expect(lock('status', '--etcd', etcd)).rejects.toMatchObject({ code: 'usage' });
});

describe('a value that cannot be read', () => {
  it.each(['{"format":1,', 'x'.repeat(1000), '\u001b[31m'])(
    'is named with group and key, and mended (%#)',
    async (bad) => {
      const good = { ...emptyLock(2), holders: [holderOf('h1')] };
      await put(good);
      await put('something else');
      await put(bad);
      for (const words of [
        ['status'],
        ['slots', '3'],
        ['release', 'h1', '--yes'],
        ['clear-failed', '--yes'],
      ]) {
        await expect(lock(...words)).rejects.toMatchObject({
          code: 'lock_damaged',
          message: expect.stringMatching(/group web \(etcd key \/interlock\/groups\/web\/lock\)/),
        });
      }
      await lock('reset');
      await expect(value()).rejects.toMatchObject({ code: 'lock_damaged' });
      await lock('reset', '--yes');
      expect(await value()).toEqual(good);
      await expect(lock('reset', '--yes')).rejects.toMatchObject({ code: 'usage' });
    },
  );

  it('without an earlier one is replaced by an empty one, when told so', async () => {
    const etcd = openEtcd({ endpoints: cluster.endpoints });
    await etcd.call('kv/deleterange', { key: btoa(lockKey('web')) });
    etcd.close();
    await put('x');
    await lock('reset');
    await expect(lock('reset', '--yes')).rejects.toMatchObject({ code: 'not_found' });
    await lock('reset', '--yes', '--empty', '4');
    expect(await value()).toEqual(emptyLock(4));
  });
});

const holderOf = (host: string) => ({
  ...{ host, boot: 'b1', nonce: '1'.repeat(32), since: '2026-01-01T00:00:00Z', release: 'a'.repeat(64) },
});

async function put(what: LockValue | string): Promise<void> {
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  const text = typeof what === 'string' ? what : JSON.stringify(what);
  await etcd.call('kv/put', { key: btoa(lockKey('web')), value: btoa(text) });
  etcd.close();
}
