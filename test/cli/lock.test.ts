import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLock } from '../../cli/lock.ts';
import { acquire } from '../../protocol/semaphore.ts';
import { createProgram } from '../../system/command.ts';
import { openEtcd } from '../../system/etcd.ts';
import { readLock } from '../../system/read-lock.ts';
import { swapLock } from '../../system/swap-lock.ts';
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
  await program.parseAsync(['lock', ...words, ...flags], { from: 'user' });
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
    await lock('clear-failed', holder.release);
    await expect(lock('release', 'h1')).rejects.toMatchObject({ code: 'usage' });
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
    await expect(lock('clear-failed', 'f'.repeat(64))).rejects.toMatchObject({ code: 'not_found' });
    await expect(lock('slots', 'many')).rejects.toMatchObject({ code: 'usage' });
    expect(await value()).toEqual(before);
  });
});
