import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

/** What a generated document may name that is there before. */
const there = ['docker', 'users'];
const keys = ['A', 'B', 'C'].map(
  (letter) =>
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyz${letter}BCDE key-${letter}`,
);
const hash = `$6$abcdefgh$${'0123456789'.repeat(8)}123456`;
const names = ['ada', 'bob', 'cy-1', 'dora_x'];
const groups = ['web', 'ops', 'data'];

const optional = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record(fields, { requiredKeys: ['name'] as never[] });
const some = (from: readonly string[], most = 3) =>
  fc.uniqueArray(fc.constantFrom(...from), { maxLength: most });

const user = optional({
  name: fc.constantFrom(...names),
  gecos: fc.constantFrom('Ada Lovelace', 'x', 'Ünï'),
  shell: fc.constantFrom('/bin/bash', '/usr/sbin/nologin'),
  // cloud-init makes no folder around a home
  homedir: fc.constantFrom('/home/elsewhere', '/srv/one'),
  uid: fc.integer({ min: 30_000, max: 30_003 }),
  groups: fc.oneof(
    some([...there, ...groups]).filter(({ length }) => length > 0),
    some([...there, ...groups])
      .filter(({ length }) => length > 0)
      .map((list) => list.join(', ')),
  ),
  primary_group: fc.constantFrom(...there, ...groups),
  no_create_home: fc.boolean(),
  no_user_group: fc.boolean(),
  system: fc.boolean(),
  lock_passwd: fc.boolean(),
  passwd: fc.constant(hash),
  expiredate: fc.constantFrom('2030-01-01', '2027-12-31'),
  ssh_authorized_keys: some(keys).filter(({ length }) => length > 0),
  sudo: fc.oneof(
    fc.constant('ALL=(ALL) NOPASSWD:ALL'),
    fc.constant(['ALL=(ALL) NOPASSWD:/bin/true', 'ALL=(root) ALL']),
    fc.constant(false),
  ),
});

const text = fc.oneof(
  fc.constantFrom('hello\n', '', 'a: b\n- c\n', 'x'.repeat(3000), 'Ünï\n'),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
);
const encoded = fc
  .tuple(text, fc.constantFrom(undefined, 'b64', 'base64', 'gz+b64'))
  .map(([content, encoding]) => {
    if (!encoding) return { content };
    const bytes = encoding.startsWith('gz') ? gzipSync(content) : Buffer.from(content);
    return { content: bytes.toString('base64'), encoding };
  });

const file = fc
  .tuple(
    encoded,
    fc.constantFrom('/etc/oracle/a', '/etc/oracle/deep/er/b', '/srv/c', '/srv/d e'),
    fc.option(fc.constantFrom('0600', '0755', '0440'), { nil: undefined }),
    fc.option(fc.constantFrom('root:root', 'daemon:daemon', 'root:docker'), { nil: undefined }),
    fc.option(fc.boolean(), { nil: undefined }),
    fc.option(fc.boolean(), { nil: undefined }),
  )
  .map(([body, path, permissions, owner, append, defer]) => ({
    path,
    ...body,
    permissions,
    owner,
    append,
    defer,
  }));

const group = fc.oneof(
  fc.constantFrom(...groups),
  fc
    .tuple(
      fc.constantFrom(...groups, 'docker'),
      some(['root', 'daemon']).filter(({ length }) => length > 0),
    )
    .map(([name, members]) => ({ [name]: members })),
);

/** A document of the part that cloud-init and this system share, as JSON, which is YAML too. */
export const randomDocument = fc
  .record({
    groups: fc.array(group, { maxLength: 3 }),
    users: fc
      .uniqueArray(user, { selector: ({ name }) => name, maxLength: 3 })
      // one number, one home: what comes second fails in different ways
      .filter(
        (list) => areDistinct(list.map(({ uid }) => uid)) && areDistinct(list.map(({ homedir }) => homedir)),
      ),
    write_files: fc.uniqueArray(file, {
      selector: ({ path, append }) => `${path} ${append === true}`,
      maxLength: 4,
    }),
  })
  .map(({ groups, users, ...rest }) => ({ groups: withNamed(groups, users), users, ...rest }))
  .map((document) => Object.fromEntries(Object.entries(document).filter(([, list]) => list.length > 0)))
  .filter((document) => Object.keys(document).length > 0)
  .map((document) => `#cloud-config\n${JSON.stringify(document, null, 1)}\n`);

/** The users to whom a generated document gives a number. */
export function numberedIn(document: string): Set<string> {
  const { users = [] } = JSON.parse(document.slice(document.indexOf('\n'))) as {
    users?: { name: string; uid?: number }[];
  };
  return new Set(users.filter(({ uid }) => uid !== undefined).map(({ name }) => name));
}

type Group = string | Record<string, string[]>;
type User = { groups?: string | string[]; primary_group?: string };

/** Groups with those that users name: cloud-init's useradd ends at one that is not there. */
function withNamed(list: Group[], users: User[]): Group[] {
  const known = new Set([
    ...there,
    ...list.flatMap((group) => (typeof group === 'string' ? group : Object.keys(group))),
  ]);
  const named = users.flatMap(({ groups = [], primary_group }) => [
    ...(typeof groups === 'string' ? groups.split(', ') : groups),
    ...(primary_group ? [primary_group] : []),
  ]);
  return [...list, ...new Set(named.filter((name) => !known.has(name)))];
}

function areDistinct(values: readonly unknown[]): boolean {
  const given = values.filter((value) => value !== undefined);
  return new Set(given).size === given.length;
}
