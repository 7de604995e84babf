import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLogins, type LoginFor } from '../../../../builder/packages/network/logins.ts';
import { redact } from '../../../../builder/packages/network/redact.ts';

let etc: string;
let loginFor: LoginFor;
beforeAll(async () => {
  etc = await mkdtemp(join(tmpdir(), 'logins-'));
  await mkdir(join(etc, 'apt/auth.conf.d'), { recursive: true });
  await writeFile(
    join(etc, 'apt/auth.conf'),
    '# machine no.test login x\nmachine main.test login a password b\n',
  );
  const part = 'machine http://plain.test:8080/debian\n  login c\n  password d\n';
  await writeFile(join(etc, 'apt/auth.conf.d/50-x.conf'), part);
  await writeFile(join(etc, 'apt/auth.conf.d/ignored'), 'machine no.test login x password y\n');
  await writeFile(
    join(etc, 'netrc'),
    'machine main.test login late password late machine net.test login e password f',
  );
  loginFor = await findLogins(['http://u:p%40ss@own.test/debian/'], { NETRC: join(etc, 'netrc') }, etc);
});
afterAll(() => rm(etc, { recursive: true }));

it.each([
  ['http://own.test/debian/dists', 'u', 'p@ss'],
  ['https://main.test/x', 'a', 'b'],
  ['http://plain.test:8080/debian/pool', 'c', 'd'],
  ['https://net.test/', 'e', 'f'],
])('logs in at %s as %s', (url, login, password) => {
  expect(loginFor(url)).toMatchObject({ login, password });
});

it.each(['http://own.test/other', 'http://main.test/', 'http://plain.test/debian', 'https://no.test/'])(
  'does not log in at %s',
  (url) => expect(loginFor(url)).toBeUndefined(),
);

it('takes logins out of addresses', () => {
  expect(redact("E: 'http://me:pa@ss@host/x' and https://h/y?a=b@c")).toBe(
    "E: 'http://host/x' and https://h/y?a=b@c",
  );
});
