import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { define } from '../../../builder/definition/define.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Writes two images, `site` on `base`, each with these lines, and reads `site`. */
async function read(base: string, site: string, files: Record<string, string> = {}) {
  const head = 'suite = "trixie"\nkernel = "cloud"\nslots.root = "1 GiB"\nslots.verity = "16 MiB"\n';
  const all = {
    'base/image.toml': `${head}${base}`,
    'site/image.toml': `include = ["../base"]\nname = "site"\n${site}`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return define(join(dir, 'site'), 'x86-64');
}

it('joins components and locales, and takes the last word on documentation', async () => {
  const definition = await read(
    'components = ["main"]\nlocales = ["de_DE.UTF-8"]\ndocumentation = true',
    'documentation = false\nlocales = ["fr_FR.UTF-8"]\n[arch.x86-64]\ncomponents = ["non-free-firmware"]\nlocales = ["ca_ES.UTF-8@valencia"]',
  );
  expect(definition).toMatchObject({
    components: ['main', 'non-free-firmware'],
    documentation: false,
    locales: ['de_DE.UTF-8', 'fr_FR.UTF-8', 'ca_ES.UTF-8@valencia'],
  });
  expect(await read('', '')).toMatchObject({ components: ['main'], documentation: false, locales: [] });
});

it.each([
  ['components without main', 'components = ["non-free-firmware"]', 3, /must hold "main"/],
  ['a component that is no word', 'components = ["main contrib"]', 3, /components/],
  ['a locale without a character set', 'locales = ["de_DE"]', 3, /locales/],
  ['a command in place of a locale', 'locales = ["de_DE.UTF-8\'; true"]', 3, /locales/],
  ['a word for documentation', 'documentation = "yes"', 3, /documentation/],
])('names the line of %s', async (_what, line, at, problem) => {
  await expect(read('', line)).rejects.toMatchObject({
    code: 'definition_invalid',
    details: { file: join(dir, 'site/image.toml'), line: at, problem: expect.stringMatching(problem) },
  });
});

const hash = 'a'.repeat(64);
const url = 'url = "https://v.test/x"\nsuite = "stable"\n';

it('joins repositories by the folder of the file that names them, each once', async () => {
  const backports = '[[repositories]]\nsuite = "trixie-backports"\n';
  const own = '[[repositories]]\nfolder = "debs"\n';
  const key = `key = "k.asc"\nkey_sha256 = "${hash}"\n`;
  const { repositories } = await read(
    `recommends = ["vim"]\n${backports}${own}`,
    `components = ["main", "contrib"]\n${backports}[[arch.x86-64.repositories]]\n${url}${key}`,
    { 'base/debs/x': '', 'site/k.asc': '' },
  );
  expect(repositories).toEqual([
    { kind: 'mirror', suite: 'trixie-backports', components: ['main', 'contrib'] },
    { kind: 'folder', folder: join(dir, 'base/debs') },
    {
      kind: 'url',
      url: 'https://v.test/x',
      suite: 'stable',
      components: ['main'],
      key: join(dir, 'site/k.asc'),
      keySha256: hash,
    },
  ]);
});

it.each([
  ['no suite', 'components = ["main"]', 5, /suite is missing/],
  ['no key', url, 6, /key is missing/],
  ['no hash of the key', `${url}key = "k"`, 8, /key_sha256 is missing: what sha256sum says of k/],
  ['a key that is not there', `${url}key = "k"\nkey_sha256 = "${hash}"`, 8, /site\/k is not a file/],
  ['a login', url.replace('v.test', 'me:secret@v.test'), 6, /a login goes into ~\/\.netrc/],
  ['another scheme', url.replace('https', 'ftp'), 6, /not an http:\/\/ or https:\/\/ address/],
  ['a folder that is not there', 'folder = "debs"', 6, /debs is not a folder/],
  ['a folder with a suite', 'suite = "x"\nfolder = "base"', 6, /a folder of packages has no suite/],
  ['components of a flat suite', `${url.replace('stable', './')}components = ["main"]`, 8, /flat suite/],
  ['a flat suite of the mirror', 'suite = "x/"', 6, /no flat suite/],
])('names the line of a repository with %s', async (_what, lines, line, problem) => {
  const text = `[[repositories]]\nsuite = "trixie-backports"\n[[repositories]]\n${lines}\n`;
  const refused = await read('', text).catch((error) => error);
  expect(refused).toMatchObject({
    code: 'definition_invalid',
    details: { file: join(dir, 'site/image.toml'), line, problem: expect.stringMatching(problem) },
  });
  expect(refused.message).not.toContain('secret');
});

it.each([
  ['backports as the suite', 'suite = "bookworm-backports"', /write suite = "bookworm", and/],
  ['a kernel that is none', 'kernel = "hurd"', /kernel/],
  ['a suite that is none', 'packages = ["vim/"]', /“vim\/” names no suite after \//],
  ['a version and a suite', 'packages = ["vim/sid=2"]', /names no suite/],
  ['a pattern among recommends', 'recommends = ["~nvim"]', /a pattern/],
])('refuses %s', async (_what, text, problem) => {
  await expect(read('', text)).rejects.toMatchObject({
    code: 'definition_invalid',
    details: { line: 3, problem: expect.stringMatching(problem) },
  });
});
