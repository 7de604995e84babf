import { expect, test } from 'vitest';
import type { Found, Search, Stage } from '../../../agent/user-data/ports/found.ts';
import type { Reader } from '../../../agent/user-data/ports/reader.ts';
import { firstFound } from '../../../agent/user-data/sources/first-found.ts';
import type { SourceName } from '../../../protocol/documents/user-data-sources.ts';

const never = new Promise<Found | null>(() => {});
const some = (source: SourceName): Found => ({ source, instanceId: 'i-1', sshKeys: [], trusted: false });
const reader = (source: SourceName, read: Reader['read']): Reader => ({ source, read });

test('the order of the readers counts, not who answers first', async () => {
  const slow = reader('ec2', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return some('ec2');
  });
  const quick = reader('openstack', async () => some('openstack'));
  expect((await firstFound([slow, quick], 5000)).found?.source).toBe('ec2');
  expect((await firstFound([quick, slow], 5000)).found?.source).toBe('openstack');
});

test('what has nothing, fails or hangs is told of each, and stands in nobody’s way', async () => {
  const { found, misses } = await firstFound(
    [
      reader('no-cloud', async () => null),
      reader('config-drive', async () => {
        throw new Error('broken');
      }),
      reader('fw-cfg', async () => some('fw-cfg')),
    ],
    5000,
  );
  expect(found?.source).toBe('fw-cfg');
  expect(misses).toEqual([
    { source: 'no-cloud', failed: false, reason: 'this machine has none' },
    { source: 'config-drive', failed: true, reason: expect.stringContaining('broken') },
  ]);
});

test('one deadline for all: afterwards an answer that is there counts, and those that hang are stopped', async () => {
  let stopped = false;
  const hangs = reader('ec2', (signal) => {
    signal.addEventListener('abort', () => {
      stopped = true;
    });
    return never;
  });
  const outcome = await firstFound([hangs, reader('gce', async () => some('gce'))], 30);
  expect(outcome).toMatchObject({ found: { source: 'gce' }, misses: [{ reason: 'no answer in 0.03 s' }] });
  expect(stopped).toBe(true);
});

test('an empty list ends at once', async () => {
  const stage: Stage = 'local';
  const search: Search = { ...(await firstFound([], 60_000)), askNetwork: stage !== 'local' };
  expect(search).toEqual({ found: null, misses: [], askNetwork: false });
});
