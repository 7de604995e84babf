import { expect, test } from 'vitest';
import { renewKeys } from '../../../../builder/keys/renew.ts';
import { keysStatus } from '../../../../builder/keys/status.ts';
import { expiryWarnings, roleLives } from '../../../../update-server/domain/tuf/role-lives.ts';
import { makeRepository } from '../../../support/trust/repository.ts';

test('server and keys folder warn at a third of each role’s remaining life', async () => {
  const now = new Date('2026-06-01T12:00:00Z');
  const repository = await makeRepository({ now });
  try {
    await repository.publish({ version: '1' }, 'alpha', now);
    const { state } = repository.server;
    const due = (days: number) => {
      const at = new Date(now.getTime() + days * 86_400_000);
      return roleLives(state, at).flatMap((life) => (life.due ? [life.role] : []));
    };
    const dueHere = async (days: number) => {
      const rows = await keysStatus(repository.keysDir, new Date(now.getTime() + days * 86_400_000));
      return rows.flatMap((row) => (row.due && row.version !== null ? [row.role] : []));
    };
    expect(due(0.6)).toEqual([]);
    expect(due(0.7)).toEqual(['timestamp']);
    expect(due(4.7).toSorted()).toEqual(['snapshot', 'timestamp']);
    expect(due(19.9).filter((role) => role.startsWith('channel-'))).toEqual([]);
    expect(await dueHere(19.9)).toEqual([]);
    expect((await dueHere(20.1)).toSorted()).toEqual(['channel-alpha', 'channel-stable']);
    expect(due(61)).toContain('releases');
    expect(due(244)).toEqual(expect.arrayContaining(['root', 'targets']));
    expect((await dueHere(244)).toSorted()).toEqual(
      ['channel-alpha', 'channel-stable', 'releases', 'root', 'targets'].toSorted(),
    );
    expect(expiryWarnings(state, now)).toEqual([]);
    const [stable] = expiryWarnings(state, new Date('2026-06-22T12:00:00Z')).filter((line) =>
      line.startsWith('channel-stable'),
    );
    expect(stable).toBe(
      'channel-stable expires in 9 days (2026-07-01T12:00:00Z): its key holders must sign it again (interlock keys renew)',
    );
    expect(expiryWarnings(state, new Date('2026-07-02T12:00:00Z')).join()).toContain(
      'channel-stable expired at',
    );
  } finally {
    await repository.close();
  }
});

test('what was signed under a clock that was ahead is named and signed anew, with versions going up', async () => {
  const now = new Date('2026-06-01T12:00:00Z');
  const ahead = new Date('2028-06-01T12:00:00Z');
  const repository = await makeRepository({ now });
  try {
    await renewKeys(repository.keysDir, { all: true, roles: ['channel-alpha'], now: ahead });
    const alpha = async () =>
      (await keysStatus(repository.keysDir, now)).find((row) => row.role === 'channel-alpha');
    expect(await alpha()).toMatchObject({ version: 2, due: true, tooLong: true });
    await repository.publish({ version: '1' }, 'stable', now);
    const warnings = expiryWarnings(repository.server.state, now);
    expect(warnings.filter((line) => line.includes('yet to come'))).toEqual([
      expect.stringContaining('channel-alpha lives until 2028-07-01'),
    ]);
    expect(await renewKeys(repository.keysDir, { now })).toEqual(['channel-alpha']);
    expect(await alpha()).toMatchObject({ version: 3, due: false, expires: '2026-07-01T12:00:00Z' });
  } finally {
    await repository.close();
  }
});
