import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addLock } from '../../cli/lock.ts';
import { type LockValue, lockKey } from '../../protocol/lock/lock-value.ts';
import { emptyLock } from '../../protocol/lock/semaphore.ts';
import { createProgram } from '../../system/command/command.ts';
import { type Etcd, openEtcd } from '../../system/etcd/etcd.ts';
import { openLocks } from '../../update-server/locks/locks.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';
import { makeApp, type TestApp } from '../update-server/support/make-app.ts';

let cluster: EtcdCluster;
let etcd: Etcd;
let desk: TestApp;
beforeAll(async () => {
  cluster = await startEtcd();
  etcd = openEtcd({ endpoints: cluster.endpoints });
  desk = await makeApp({ locks: openLocks(openEtcd({ endpoints: cluster.endpoints }), []) });
  await put('db', JSON.stringify(emptyLock(3)));
  await put('web', JSON.stringify(emptyLock(2)));
});
afterAll(async () => {
  await desk?.close();
  etcd?.close();
  await cluster?.stop();
});

/** What a command prints, or the words of its error. */
async function say(...words: string[]): Promise<string> {
  const program = createProgram('interlock', '');
  addLock(program);
  let text = '';
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return text;
  } catch (error) {
    return (error as Error).message;
  } finally {
    out.mockRestore();
  }
}

const put = (group: string, value: string | Buffer) => putKey(lockKey(group), value);
const putKey = (key: string | Buffer, value: string | Buffer) =>
  etcd.call('kv/put', {
    key: Buffer.from(key).toString('base64'),
    value: Buffer.from(value).toString('base64'),
  });

interface Shown {
  group: string;
  problem: string | null;
  taken: number;
  holders: unknown[];
}
async function shown(): Promise<Shown[]> {
  const { status, body } = await desk.get('/v1/locks');
  expect(status).toBe(200);
  return body.groups;
}

const holder = (host: string, more: Partial<LockValue['holders'][number]> = {}) => ({
  ...{ host, boot: 'b', nonce: '0'.repeat(32), since: '2026-01-01T00:00:00Z', release: 'a'.repeat(64) },
  ...more,
});
const textOf = (more: object) => JSON.stringify({ ...emptyLock(), ...more });
const crowd = (count: number) => Array.from({ length: count }, (_, n) => holder(`h${n}`));

describe('what somebody wrote into one group’s key', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['no JSON', '{"format":1,', /is not valid JSON/],
    ['nothing', '', /is not valid JSON/],
    ['a number that is none', textOf({ slots: -1 }), /slots/],
    ['places beyond counting', textOf({ slots: 1 }).replace('"slots":1', '"slots":1e300'), /slots/],
    [
      'good hosts beyond counting',
      textOf({ releases: { ['a'.repeat(64)]: { ok: 2 ** 53, failed: {} } } }),
      /ok must be/,
    ],
    ['a list', '[]', /must be object/],
    [
      'a day that no calendar has',
      textOf({ holders: [holder('h', { since: '9999-99-99T99:99:99Z' })] }),
      /since/,
    ],
    ['a key of its own', textOf({ '\u001b[31mowned': 1 }), /unknown key/],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /UTF-8/],
    ['six thousand holders', textOf({ holders: crowd(6000) }), /characters/],
    ['a megabyte of brackets', '['.repeat(1_000_000), /characters/],
  ])('(%s) is said of that group alone', async (_, value, words) => {
    await put('evil', value);
    const start = performance.now();
    const groups = await shown();
    expect(performance.now() - start).toBeLessThan(5000);
    expect(groups.map(({ group, problem }) => [group, problem === null])).toEqual([
      ['db', true],
      ['evil', false],
      ['web', true],
    ]);
    const { problem } = groups[1]!;
    expect(problem).toMatch(words);
    expect(problem).toContain('group evil (etcd key /interlock/groups/evil/lock)');
    expect(problem).not.toContain('\u001b');
  });

  it('is shown as far as a person reads it', async () => {
    await put('evil', textOf({ holders: crowd(1000) }));
    const evil = (await shown())[1]!;
    expect({ taken: evil.taken, named: evil.holders.length }).toEqual({ taken: 1000, named: 200 });
  });

  it('is looked at again when it changes, and only then', async () => {
    await put('evil', textOf({ slots: 5 }));
    const before = await shown();
    await put('evil', 'x');
    expect((await shown())[1]!.problem).not.toBeNull();
    await put('evil', textOf({ slots: 5 }));
    expect(await shown()).toEqual(before);
  });
});

it('words in it steer no terminal, also not those of a value that cannot be read', async () => {
  const host = '\u001b[2Jh\u202e';
  const failed = { [host]: 'owned\u001b]52;c;eA==\u0007\nroot: all is well' };
  const releases = { ['a'.repeat(64)]: { ok: 0, failed } };
  const values = [textOf({ holders: [holder(host)], releases }), '\u001b[2J\u009b31m{', `{"\u001b[2J":1}`];
  for (const value of values) {
    await put('evil', value);
    for (const verb of ['status', 'reset']) {
      const said = await say('lock', verb, '--group', 'evil', '--etcd', cluster.endpoints[0]!);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(said).not.toMatch(/^root/m);
    }
  }
});

it('keys beside the groups’ own are left out', async () => {
  const strange = ['x', 'web/lock/more', 'a/b/lock', '/lock', '__proto__/lock', 'A B/lock', '\u001b[2J/lock'];
  for (const name of strange) await putKey(`/interlock/groups/${name}`, 'x');
  await putKey(Buffer.from('/interlock/groups/\xff\xfe/lock', 'latin1'), 'x');
  expect((await shown()).map(({ group }) => group)).toEqual(['db', 'evil', 'web']);
});

it('more groups than anybody reads are not all looked at', async () => {
  const value = Buffer.from(JSON.stringify(emptyLock())).toString('base64');
  for (let at = 0; at < 600; at += 120) {
    const success = Array.from({ length: 120 }, (_, n) => ({
      request_put: { key: btoa(lockKey(`g${at + n}`)), value },
    }));
    await etcd.call('kv/txn', { compare: [], success });
  }
  const { body } = await desk.get('/v1/locks');
  expect(body.more).toBe(true);
  expect(body.groups.length).toBeLessThanOrEqual(500);
});
