import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PublishRequest } from '../../../../protocol/api/publish.ts';
import { applyPublish } from '../../../../update-server/domain/tuf/apply-publish.ts';
import type { OnlineKeys } from '../../../../update-server/domain/tuf/online-keys.ts';
import { renewOnline } from '../../../../update-server/domain/tuf/renew-online.ts';
import type { RepositoryState } from '../../../../update-server/domain/tuf/state.ts';
import { loadOnlineKeys } from '../../../../update-server/start/adopt-online-keys.ts';
import { falsify, readKey, type Signed } from '../../../support/trust/forge.ts';
import { makeRepository, type TestRepository } from '../../../support/trust/repository.ts';

let repository: TestRepository;
let online: OnlineKeys;
let before: RepositoryState;
let request: PublishRequest;
const now = new Date();

beforeAll(async () => {
  repository = await makeRepository();
  online = await loadOnlineKeys(`${repository.keysDir}/online`);
  await repository.publish({ version: '1' });
  before = structuredClone(repository.server.state);
  const client = { ...repository.client };
  const { post } = client;
  repository.client.post = async <T>(path: string, body: unknown): Promise<T> => {
    if (path === '/v1/publish') request = body as PublishRequest;
    return post<T>(path, body);
  };
  await repository.publish({ version: '2' });
});
afterAll(() => repository.close());

const apply = (changed: Partial<PublishRequest> = {}) =>
  applyPublish(before, { ...request, ...changed }, online, now);

/** The request with one role changed and signed again by its own key. */
async function resigned(role: string, change: (signed: Signed) => void): Promise<Partial<PublishRequest>> {
  const key = await readKey(repository, role);
  const roles = request.roles.map((item) =>
    item.role === role ? { ...item, json: falsify(item.json, change, [key]) } : item,
  );
  return { roles };
}

test('gives the files to show and the documents in them', () => {
  const { files, releases, channels, answer, targets } = apply();
  expect(Object.keys(files).toSorted()).toEqual([
    '2.snapshot.json',
    '3.channel-alpha.json',
    '3.releases.json',
    'timestamp.json',
  ]);
  expect(answer).toEqual({ snapshot: 2, timestamp: 2 });
  expect(releases.map(({ version }) => version)).toEqual(['2']);
  expect(channels.map(({ serial }) => serial)).toEqual([2]);
  expect(Object.values(targets)).toHaveLength(2);
});

test('the same request twice is a conflict, and so is one on another base', () => {
  const { state } = apply();
  expect(() => applyPublish(state, request, online, now)).toThrow(
    expect.objectContaining({ code: 'metadata_conflict' }),
  );
  const roles = request.roles.map((item) => ({ ...item, replaces: 1 }));
  expect(() => apply({ roles })).toThrow(expect.objectContaining({ code: 'metadata_conflict' }));
});

test.for<[string, string, (signed: Signed) => void, string]>([
  ['does not rise', 'releases', (signed) => (signed.version -= 1), 'metadata_invalid'],
  ['has expired', 'channel-alpha', (signed) => (signed.expires = '2026-01-01T00:00:00Z'), 'metadata_expired'],
  [
    'names a path that is not its own',
    'channel-alpha',
    (signed) => {
      const targets = signed.targets as Record<string, unknown>;
      targets['channels/tiny/stable.json'] = targets['channels/tiny/alpha.json'];
    },
    'metadata_invalid',
  ],
  [
    'changes a release that was signed before',
    'releases',
    (signed) => {
      const targets = signed.targets as Record<string, unknown>;
      targets['tiny/1/x86-64/release.json'] = targets['tiny/2/x86-64/release.json'];
    },
    'metadata_invalid',
  ],
  [
    'delegates further',
    'releases',
    (signed) => (signed.delegations = { keys: {}, roles: [] }),
    'metadata_invalid',
  ],
])('refuses a role that %s', async ([, role, change, code]) => {
  const changed = await resigned(role, change);
  expect(() => apply(changed)).toThrow(expect.objectContaining({ code }));
});

test('refuses a role signed by another role’s key', async () => {
  const key = await readKey(repository, 'channel-stable');
  const roles = request.roles.map((item) => ({ ...item, json: falsify(item.json, () => {}, [key]) }));
  expect(() => apply({ roles })).toThrow(expect.objectContaining({ code: 'metadata_invalid' }));
});

test('refuses a head that no release key signed', () => {
  const roles = request.roles.filter(({ role }) => role === 'channel-alpha');
  const targets = Object.fromEntries(
    Object.entries(request.targets).filter(([path]) => path.startsWith('channels/')),
  );
  expect(() => apply({ roles, targets })).toThrow(/signed by no release key/);
});

test('refuses targets that are missing, changed, or named by nobody', () => {
  const [path = '', text = ''] = Object.entries(request.targets)[0] ?? [];
  expect(() => apply({ targets: {} })).toThrow(/was not sent/);
  expect(() =>
    apply({ targets: { ...request.targets, [path]: text.replace('"format": 1', '"format": 2') } }),
  ).toThrow(/hashes to/);
  expect(() => apply({ targets: { ...request.targets, 'tiny/9/x86-64/release.json': text } })).toThrow(
    /no new role/,
  );
});

test('refuses a server whose online keys are not the root’s', async () => {
  const other = await makeRepository();
  try {
    const strange = await loadOnlineKeys(`${other.keysDir}/online`);
    expect(() => applyPublish(before, request, strange, now)).toThrow(
      expect.objectContaining({ code: 'metadata_invalid' }),
    );
  } finally {
    await other.close();
  }
});

test('a renewed root goes up with its predecessor’s signature only', async () => {
  const root = before.roles.root ?? '';
  const next = (keys: Parameters<typeof falsify>[2]) => falsify(root, (signed) => (signed.version = 2), keys);
  const send = (json: string) => apply({ roles: [{ role: 'root', replaces: 1, json }], targets: {} });
  expect(Object.keys(send(next([await readKey(repository, 'root')])).files)).toContain('2.root.json');
  const skipped = falsify(root, (signed) => (signed.version = 3), [await readKey(repository, 'root')]);
  expect(() => send(skipped)).toThrow(/cannot follow/);
  const stranger = await readKey(repository, 'targets');
  expect(() => send(next([stranger]))).toThrow(expect.objectContaining({ code: 'metadata_invalid' }));
});

test.each([2 ** 53 - 1, 1e300, 1_000_000])(
  'refuses version %d, which nothing could follow for long',
  async (to) => {
    const leap = await resigned('channel-alpha', (signed) => (signed.version = to));
    expect(() => apply(leap)).toThrow(new RegExp(`version ${String(to).replace('+', '.')}`));
  },
);

test.each(['Dec 17, 2030', '2030-02-30T00:00:00Z', '2030-01-01T00:00:00'])(
  'refuses an expiry that is not a calendar time: %s',
  async (expires) => {
    const strange = await resigned('channel-alpha', (signed) => (signed.expires = expires));
    expect(() => apply(strange)).toThrow(/calendar/);
  },
);

test.each([1_000_000, 2, 1])('takes serial 2 of a channel after serial %d only when it rises', (known) => {
  const [path = '', text = ''] =
    Object.entries(request.targets).find(([name]) => /^channels/.test(name)) ?? [];
  const documents = { [path]: text.replace(/"serial": ?2/, `"serial":${known}`) };
  const send = () => applyPublish(before, request, online, now, documents);
  if (known === 1) expect(send).not.toThrow();
  else expect(send).toThrow(/cannot follow/);
});

test('the timer renews the timestamp, and the snapshot in the second half of its life', () => {
  const soon = renewOnline(before, online, now);
  expect(Object.keys(soon.files)).toEqual(['timestamp.json']);
  expect(soon.answer).toEqual({ snapshot: 1, timestamp: 2 });
  const later = renewOnline(soon.state, online, new Date(now.getTime() + 4 * 86_400_000));
  expect(Object.keys(later.files)).toEqual(['2.snapshot.json', 'timestamp.json']);
  expect(later.answer).toEqual({ snapshot: 2, timestamp: 3 });
});
