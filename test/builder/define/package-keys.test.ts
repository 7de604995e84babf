import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { define } from '../../../builder/define/define.ts';

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
