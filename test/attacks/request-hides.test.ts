import { createHash, generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { renewKeys } from '../../builder/keys/renew.ts';
import { rotateKeys } from '../../builder/keys/rotate.ts';
import { importRequest } from '../../builder/request/import-request.ts';
import { showRequest, signRequest } from '../../builder/request/sign-request.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';

interface Delegated {
  name: string;
  keyids: string[];
  threshold: number;
  paths: string[];
  terminating: boolean;
}
interface Signed {
  version: number;
  expires: string;
  keys: Record<string, object>;
  roles: Record<string, { keyids: string[]; threshold: number }>;
  delegations: { keys: Record<string, object>; roles: Delegated[] };
  targets: Record<string, object>;
}
type Request = {
  publish: { roles: { role: string; json: string }[]; targets: Record<string, string>; name: string };
};
type Edit = (signed: Signed, request: Request) => void;

const mine = publicKeyOf(generateKeyPairSync('ed25519').publicKey);
const hash = (letter: string) => letter.repeat(64);
const channel = {
  format: 1,
  name: 'core',
  channel: 'stable',
  serial: 1,
  head: { version: '9', releases: { 'x86-64': hash('a'), arm64: hash('c') } },
  floors: [{ version: '3', releases: { 'x86-64': hash('b') } }],
  minimum: '3',
  blocked: [{ version: '8', reason: 'bad' }],
  withdrawn: [],
};

let parent: string;
let keys: string;
let stick: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'interlock-hides-'));
  keys = join(parent, 'keys');
  stick = join(parent, 'request.json');
  await initKeys(keys, { channels: ['alpha', 'stable'], threshold: 2, keys: 2 });
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** A request that reads "renew this role" and was changed on its way. */
async function tampered(role: string, edit: Edit): Promise<void> {
  const desk = join(parent, 'desk');
  await cp(keys, desk, { recursive: true });
  await renewKeys(desk, { all: true, roles: [role], exportTo: stick });
  const request = JSON.parse(await readFile(stick, 'utf8')) as Request;
  const document = JSON.parse(request.publish.roles[0]!.json) as { signed: Signed };
  edit(document.signed, request);
  request.publish.roles[0]!.json = JSON.stringify({ signatures: [], signed: document.signed });
  await writeFile(stick, JSON.stringify(request));
}

/** Encloses a document and names it. */
function enclose(path: string, value: object | string): Edit {
  return (signed, { publish }) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    publish.targets[path] = text;
    const sha256 = createHash('sha256').update(text).digest('hex');
    signed.targets[path] = { length: Buffer.byteLength(text), hashes: { sha256 } };
  };
}

const stable = 'channels/core/stable.json';
const delegated = ({ delegations }: Signed, name: string) =>
  delegations.roles.find((role) => role.name === name)!;

test.for<[string, string, Edit, string]>([
  [
    'another key behind a known id of root',
    'root',
    (signed) => {
      signed.keys[signed.roles.targets!.keyids[0]!] = mine.key;
    },
    'is not the hash of its key',
  ],
  [
    'another key behind a known id of a delegation',
    'targets',
    (signed) => {
      signed.delegations.keys[delegated(signed, 'channel-stable').keyids[0]!] = mine.key;
    },
    'is not the hash of its key',
  ],
  [
    'one key under two ids',
    'root',
    (signed) => {
      const [id = ''] = signed.roles.targets!.keyids;
      signed.keys[hash('f')] = signed.keys[id]!;
      signed.roles.targets!.keyids = [id, hash('f')];
    },
    'is not the hash of its key',
  ],
  [
    'a threshold beyond the keys there are',
    'root',
    (signed) => {
      signed.roles.root!.threshold = 3;
    },
    'root needs 3 signatures and has 2 keys',
  ],
  [
    'a document that is not enclosed',
    'channel-stable',
    (signed) => {
      signed.targets[stable] = { length: 1, hashes: { sha256: hash('a') } };
    },
    `${stable} is named and not enclosed`,
  ],
  [
    'a document that is enclosed with other bytes',
    'channel-stable',
    (signed, request) => {
      enclose(stable, channel)(signed, request);
      request.publish.targets[stable] += ' ';
    },
    'other bytes',
  ],
  [
    'a length that is not the document’s',
    'channel-stable',
    (signed, request) => {
      enclose(stable, channel)(signed, request);
      Object.assign(signed.targets[stable]!, { length: 3 });
    },
    'other bytes',
  ],
  [
    'a cursor that goes up',
    'channel-stable',
    enclose(stable, {
      ...channel,
      head: { version: '666\r\u001b[1A\u001b[2Kchannel-stable 2', releases: {} },
    }),
    'do not show',
  ],
  [
    'words that run backwards',
    'channel-stable',
    enclose(stable, {
      ...channel,
      blocked: [{ version: '1', reason: 'see \u202e9 noisrev' }],
    }),
    'do not show',
  ],
  [
    'blanks that end a line on a narrow screen',
    'channel-stable',
    enclose(stable, {
      ...channel,
      blocked: [{ version: '1', reason: `x${' '.repeat(70)}root: 2 of 2 signatures` }],
    }),
    'do not show',
  ],
  ['a name without width', 'channel-stable', enclose(stable, { ...channel, 'he\u200bad': 1 }), 'do not show'],
  [
    'a field said twice',
    'channel-stable',
    enclose(stable, JSON.stringify(channel).replace('"minimum":"3"', '"minimum":"9","minimum":"3"')),
    'more than can be shown',
  ],
  [
    'control characters in metadata itself',
    'targets',
    (signed) => {
      delegated(signed, 'channel-alpha').paths.push('channels/\u001b[8mx/stable.json');
    },
    'do not show',
  ],
  [
    'a key type that this program does not know',
    'root',
    (signed) => {
      signed.keys[hash('d')] = { keytype: 'ml-dsa', scheme: 'ml-dsa-65', keyval: { public: 'AAAA' } };
    },
    'of unknown type',
  ],
  [
    'a second layer of delegations',
    'channel-stable',
    (signed) => {
      signed.delegations = { keys: { [mine.id]: mine.key }, roles: [] };
    },
    'may not delegate',
  ],
  [
    'an older version than is trusted here',
    'targets',
    (signed) => {
      signed.version = 1;
      signed.expires = '2027-01-01T00:00:00Z';
    },
    'cannot follow',
  ],
  ...[2 ** 53, 1e300, 2 ** 53 - 1, 1_000_000].map((version): [string, string, Edit, string] => [
    `version ${version}, which nothing could follow for long`,
    'channel-stable',
    (signed) => {
      signed.version = version;
    },
    `version ${version}`,
  ]),
  ...['Dec 17, 2030', '2027-02-30T00:00:00Z', '2027-01-01T00:00:00', '+099999-01-01T00:00:00Z'].map(
    (expires): [string, string, Edit, string] => [
      `${expires} for an expiry`,
      'channel-stable',
      (signed) => {
        signed.expires = expires;
      },
      'not a calendar time',
    ],
  ),
  [
    'one role twice',
    'targets',
    (_signed, { publish }) => {
      publish.roles.push({ ...publish.roles[0]! });
    },
    'holds it twice',
  ],
])('a request with %s is refused', async ([, role, edit, problem]) => {
  await tampered(role, edit);
  await expect(signRequest(stick, keys)).rejects.toMatchObject({
    code: 'metadata_invalid',
    message: expect.stringContaining(problem),
  });
});

test.for<[string, string, Edit, string[]]>([
  [
    'keys by their whole id',
    'root',
    (signed) => {
      const [gone = '', kept = ''] = signed.roles.targets!.keyids;
      delete signed.keys[gone];
      signed.keys[mine.id] = mine.key;
      signed.roles.targets!.keyids = [kept, mine.id];
    },
    [`targets: +${mine.id} -`, `+ .keys.${mine.id}.keyval.public "${mine.key.keyval.public}"`],
  ],
  [
    'a threshold',
    'root',
    (signed) => {
      signed.roles.root!.threshold = 1;
    },
    ['root: threshold 2 → 1', '- .roles.root.threshold 2', '+ .roles.root.threshold 1'],
  ],
  [
    'paths and order of delegations',
    'targets',
    (signed) => {
      const alpha = delegated(signed, 'channel-alpha');
      alpha.paths = ['channels/*/*.json'];
      signed.delegations.roles = [alpha, ...signed.delegations.roles.filter((role) => role !== alpha)];
    },
    [
      'channel-alpha: paths channels/*/alpha.json → channels/*/*.json',
      'asked in another order: releases channel-alpha',
    ],
  ],
  [
    'terminating',
    'targets',
    (signed) => {
      delegated(signed, 'releases').terminating = false;
    },
    ['releases: terminating true → false'],
  ],
  [
    'a role more',
    'targets',
    (signed) => {
      signed.delegations.keys[mine.id] = mine.key;
      signed.delegations.roles.unshift({
        name: 'channel-x',
        keyids: [mine.id],
        threshold: 1,
        paths: ['*/*/*/release.json'],
        terminating: true,
      });
    },
    [`new channel-x: +${mine.id}`, 'new channel-x: paths */*/*/release.json'],
  ],
  [
    'head, floors and minimum with every hash',
    'channel-stable',
    enclose(stable, channel),
    [
      `adds ${stable}: head 9 (x86-64 ${hash('a')}, arm64 ${hash('c')}), floors 3 (x86-64 ${hash('b')}), minimum 3, blocked 8`,
      `+ ${stable}: .floors[0].releases["x86-64"] "${hash('b')}"`,
      `+ ${stable}: .blocked[0].reason "bad"`,
    ],
  ],
  [
    'a field that nobody thought of',
    'channel-stable',
    enclose(stable, { ...channel, later: { deep: [1] } }),
    [`+ ${stable}: .later.deep[0] 1`],
  ],
  [
    'a custom field of a target',
    'channel-stable',
    (signed, request) => {
      enclose(stable, channel)(signed, request);
      Object.assign(signed.targets[stable]!, { custom: { note: 'x' } });
    },
    [`+ .targets["${stable}"].custom.note "x"`],
  ],
  [
    'an unknown field of metadata',
    'root',
    (signed) => {
      Object.assign(signed, { 'x-later': true });
    },
    ['+ ["x-later"] true'],
  ],
  [
    'an expiry that is far away',
    'root',
    (signed) => {
      signed.expires = '2099-01-01T00:00:00Z';
    },
    ['lives longer than a signature of root does', '+ .expires "2099-01-01T00:00:00Z"'],
  ],
  [
    'what the server is told besides',
    'root',
    (_signed, { publish }) => {
      publish.name = 'other';
    },
    [],
  ],
])('a request shows %s', async ([, role, edit, lines]) => {
  await tampered(role, edit);
  const { documents, digest } = await showRequest(stick, keys);
  const shown = documents.flatMap(({ changes, diff }) => [...changes, ...diff]).join('\n');
  for (const line of lines) expect(shown).toContain(line);
  await tampered(role, () => {});
  expect((await showRequest(stick, keys)).digest).not.toBe(digest);
});

test('a key of the server in an offline role is said by name', async () => {
  let id = '';
  await tampered('root', (signed) => {
    id = signed.roles.timestamp!.keyids[0]!;
    signed.roles.targets!.keyids.push(id);
  });
  const { documents } = await showRequest(stick, keys);
  expect(documents[0]?.changes).toContain(`${id} may sign targets and timestamp`);
});

test('so is one that gets a channel, and a channel’s that gets a role of root', async () => {
  const root = JSON.parse(await readFile(join(keys, 'metadata/1.root.json'), 'utf8')) as { signed: Signed };
  const [server = ''] = root.signed.roles.timestamp!.keyids;
  await tampered('targets', (signed) => {
    signed.delegations.keys[server] = root.signed.keys[server]!;
    delegated(signed, 'channel-stable').keyids.push(server);
  });
  const words = async () => (await showRequest(stick, keys)).documents[0]?.changes;
  expect(await words()).toContainEqual(
    expect.stringMatching(new RegExp(`^${server} may sign channel-stable, and .*timestamp already$`)),
  );
  const targets = JSON.parse(await readFile(join(keys, 'metadata/targets.json'), 'utf8')) as {
    signed: Signed;
  };
  const [ci = ''] = delegated(targets.signed, 'channel-alpha').keyids;
  await tampered('root', (signed) => {
    signed.keys[ci] = targets.signed.delegations.keys[ci]!;
    signed.roles.targets!.keyids.push(ci);
  });
  expect(await words()).toContain(`${ci} may sign targets, and channel-alpha already`);
});

test('numbers and depths that no document has end in a refusal or on the screen, not in a crash', async () => {
  await tampered('channel-stable', enclose(stable, { ...channel, odd: 1.5 }));
  expect((await showRequest(stick, keys)).documents[0]?.diff).toContain(`+ ${stable}: .odd 1.5`);
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  await tampered('channel-stable', enclose(stable, deep));
  await expect(showRequest(stick, keys)).rejects.toMatchObject({ code: 'metadata_invalid' });
});

test('signatures that are not true count for nothing and keep nobody from signing', async () => {
  await tampered('root', () => {});
  const request = JSON.parse(await readFile(stick, 'utf8')) as Request;
  const root = JSON.parse(request.publish.roles[0]!.json) as { signed: Signed };
  const signatures = root.signed.roles.root!.keyids.map((keyid) => ({ keyid, sig: 'ab'.repeat(64) }));
  request.publish.roles[0]!.json = JSON.stringify({ ...root, signatures });
  await writeFile(stick, JSON.stringify(request));
  expect((await showRequest(stick, keys)).documents).toMatchObject([{ signatures: 0, threshold: 2 }]);
  expect(await signRequest(stick, keys)).toMatchObject([{ signatures: 2, threshold: 2 }]);
  await importRequest(stick, keys, undefined);
});

test('a root in force that lost its signatures on the way is not taken in place of the one that is here', async () => {
  await renewKeys(keys, { all: true, roles: ['root'] });
  const before = await readFile(join(keys, 'metadata/1.root.json'), 'utf8');
  await tampered('targets', (_signed, { publish }) => {
    const old = JSON.parse(before) as object;
    publish.roles.push({
      role: 'root',
      replaces: 0,
      json: JSON.stringify({ ...old, signatures: [] }),
    } as never);
  });
  await signRequest(stick, keys);
  await importRequest(stick, keys, undefined);
  expect(await readFile(join(keys, 'metadata/1.root.json'), 'utf8')).toBe(before);
});

test('what a revoked key signed is not in force, however new, also for a holder who was away', async () => {
  const [desk, thief] = [join(parent, 'desk'), join(parent, 'thief')];
  for (const copy of [desk, thief]) await cp(keys, copy, { recursive: true });
  await rotateKeys(desk, 'channel-stable');
  const later = { all: true, roles: ['channel-stable'] };
  for (let n = 0; n < 4; n++) await renewKeys(thief, later);
  await renewKeys(desk, { ...later, exportTo: stick });
  const request = JSON.parse(await readFile(stick, 'utf8'));
  const theirs = await readFile(join(thief, 'metadata/channel-stable.json'), 'utf8');
  const { version } = (JSON.parse(theirs) as { signed: Signed }).signed;
  request.known.roles['channel-stable'] = theirs;
  const asked = JSON.parse(request.publish.roles[0].json) as { signed: Signed };
  asked.signed.version = version + 1;
  request.publish.roles[0].json = JSON.stringify(asked);
  await writeFile(stick, JSON.stringify(request));
  const { taken, documents } = await showRequest(stick, keys);
  expect(taken.join()).toContain('targets 2');
  expect(taken.join()).not.toContain(`channel-stable ${version}`);
  expect(documents[0]?.diff).not.toContain(`- .version ${version}`);
});
