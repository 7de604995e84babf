import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import { putFile } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { collectOwners } from '../../../../builder/tree/identity/owners.ts';
import { refuseSecrets } from '../../../../builder/tree/secrets/refuse-secrets.ts';
import { emptyVar } from '../../../../builder/tree/state/empty-var.ts';
import { moveHomes } from '../../../../builder/tree/state/move-homes.ts';

const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterAll(() => rm(dir, { recursive: true }));

const definitionWith = (lines: string) =>
  parseDefinition(
    `name = "x"\nsuite = "trixie"\nkernel = "cloud"\noverlay = "overlay"\n${lines}\n[slots]\nroot = "64 MiB"\nverity = "1 MiB"\n`,
    join(dir, 'image.toml'),
    dir,
  );

it('names each key with its kind and who brought it', async () => {
  const tree: Tree = new Map();
  const file = 'etc/app/tls.key';
  await mkdir(dirname(join(dir, 'overlay', file)), { recursive: true });
  await writeFile(join(dir, 'overlay', file), key);
  putFile(tree, file, key);
  putFile(tree, 'usr/lib/python3/tests/key.pem', key);
  putFile(tree, 'usr/share/made', key);
  putFile(tree, 'var/lib/dpkg/info/python3-x:amd64.list', '/.\n/lib\n/lib/python3/tests/key.pem\n');
  const owners = collectOwners(tree);
  await expect(refuseSecrets(tree, definitionWith(''), owners)).rejects.toMatchObject({
    code: 'secret_in_image',
    details: {
      lines: [
        '',
        `  /${file}: a private key in PEM (PRIVATE KEY), from ${join(dir, 'overlay', file)}`,
        '  /usr/lib/python3/tests/key.pem: a private key in PEM (PRIVATE KEY), from package python3-x',
        '  /usr/share/made: a private key in PEM (PRIVATE KEY), made by the script of a package, by a script of the image or by a source',
      ].join('\n'),
    },
  });
  const allowed = 'secrets = ["/etc/app/*.key", "/usr/lib/python3/**/tests", "/usr/share/made"]';
  await refuseSecrets(tree, definitionWith(allowed), owners);
});

it('takes programs of packages for what tests itself by the keys it carries, and no other program', async () => {
  const tree: Tree = new Map();
  const program = `\x7fELF\0\0${key}`;
  putFile(tree, 'usr/lib/libgnutls.so.30', program);
  putFile(tree, 'var/lib/dpkg/info/libgnutls30.list', '/.\n/usr/lib/libgnutls.so.30\n');
  const owners = collectOwners(tree);
  await refuseSecrets(tree, definitionWith(''), owners);
  putFile(tree, 'usr/bin/own', program);
  await expect(refuseSecrets(tree, definitionWith(''), owners)).rejects.toThrow(
    '/usr/bin/own: a private key',
  );
});

it('finds a key that lies across the windows in which a large file is read', async () => {
  for (const before of [8, 12, 24].map((MiB) => MiB * 1024 * 1024 - 100)) {
    const file = join(dir, 'large');
    const content = Buffer.concat([Buffer.alloc(before), Buffer.from(key), Buffer.alloc(2 ** 20)]);
    await writeFile(file, content);
    const tree: Tree = new Map();
    putFile(tree, 'large', { size: content.length, source: { file, offset: 0 } });
    await expect(refuseSecrets(tree, definitionWith(''), new Map())).rejects.toThrow('/large: a private key');
  }
});

it('speaks of files in the host’s folders by the paths that were written, and takes those', async () => {
  const tree: Tree = new Map();
  for (const path of ['opt/app', 'usr/local/etc', 'home/ops', 'var/lib/app', 'root'])
    putFile(tree, `${path}/key`, key);
  putFile(tree, 'var/lib/words/key', key);
  await moveHomes(tree);
  await emptyVar(tree, { shipped: new Set(['var/lib/words/key']) });
  const names = ['/opt/app', '/usr/local/etc', '/home/ops', '/var/lib/app', '/root', '/var/lib/words'];
  const keys = names.map((name) => `${name}/key`);
  for (const name of keys) {
    const others = keys.filter((each) => each !== name);
    const definition = definitionWith(`secrets = ${JSON.stringify(others)}`);
    await expect(refuseSecrets(tree, definition, new Map())).rejects.toThrow(`${name}: a private key`);
  }
  await refuseSecrets(tree, definitionWith(`secrets = ${JSON.stringify(names)}`), new Map());
});
