import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { define, parseDefinition } from '../../../builder/definition/define.ts';
import { kernelCommandLine, longestCommandLine } from '../../../builder/definition/kernel-command-line.ts';

const head = 'name = "t"\nsuite = "trixie"\nkernel = "cloud"\n';
const slots = '[slots]\nroot = "2 GiB"\nverity = "32 MiB"\n';
const problemOf = (text: string) => {
  try {
    parseDefinition(text, 'image.toml', '.', 'x86-64');
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('values that no image can have', () => {
  it.each([
    [
      'a hash tree that has no room',
      `${head}[slots]\nroot = "2 GiB"\nverity = "4 KiB"\n`,
      /image\.toml:6: slots\/verity .* at least "17 MiB"/,
    ],
    [
      'a command line that is cut',
      `${head}cmdline = "${'a'.repeat(1935)}"\n${slots}`,
      /image\.toml:4: cmdline .* room for \d+/,
    ],
    [
      'a unit that is masked',
      `${head}units = ["a.service"]\nmask = [\n "a.service"]\n${slots}`,
      /image\.toml:4: unit a\.service .* image\.toml:6 masks/,
    ],
    [
      'one of an architecture',
      `${head}mask = ["a.service"]\n[arch.x86-64]\nunits = ["a.service"]\n${slots}`,
      /image\.toml:6: unit a\.service/,
    ],
    [
      'a removal of everything',
      `${head}remove = ["/tmp", "/"]\n${slots}`,
      /image\.toml:4: remove takes everything/,
    ],
    ['the same by a glob', `${head}remove = ["/**"]\n${slots}`, /image\.toml:4: remove takes everything/],
  ])('refuses %s', (_what, text, words) => expect(problemOf(text)).toMatch(words));

  it('names all of them at once, each with its line', () => {
    const text = `${head}units = ["a.service"]\nmask = ["a.service"]\nremove = ["/"]\n[slots]\nroot = "2 GiB"\nverity = "4 KiB"\n`;
    expect(problemOf(text)?.match(/(?<=^|\n)image\.toml:\d+/g)).toEqual([
      'image.toml:9',
      'image.toml:4',
      'image.toml:6',
    ]);
  });

  it('takes the smallest hash tree, and the longest command line', () => {
    expect(problemOf(`${head}[slots]\nroot = "512 MiB"\nverity = "4136 KiB"\n`)).toBeNull();
    expect(problemOf(`${head}[slots]\nroot = "512 MiB"\nverity = "4132 KiB"\n`)).toMatch(/slots\/verity/);
    const room = longestCommandLine - kernelCommandLine({ cmdline: 'x' }, '0'.repeat(64)).length + 1;
    expect(problemOf(`${head}cmdline = "${'a'.repeat(room)}"\n${slots}`)).toBeNull();
    expect(problemOf(`${head}cmdline = "${'a'.repeat(room + 1)}"\n${slots}`)).toMatch(/cmdline/);
  });
});

describe('a unit that an included image enables', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'values-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const defineOver = async (base: string, own: string) => {
    await mkdir(join(dir, 'base'));
    await writeFile(join(dir, 'base/image.toml'), `${head}${base}\n${slots}`);
    await writeFile(join(dir, 'image.toml'), `include = ["base"]\n${own}\n`);
    return define(dir, 'x86-64');
  };

  it('is switched off by a mask in the image that includes it', async () => {
    const definition = await defineOver('units = ["a.service", "b.service"]', 'mask = ["a.service"]');
    expect(definition).toMatchObject({ units: ['b.service'], mask: ['a.service'] });
  });

  it('is switched off by a mask of its template', async () => {
    const definition = await defineOver('units = ["t@a.service", "u@a.service"]', 'mask = ["t@.service"]');
    expect(definition.units).toEqual(['u@a.service']);
  });

  it('is not switched on again where it was masked: the two lines are named', async () => {
    await expect(defineOver('mask = ["a.service"]', 'units = ["a.service"]')).rejects.toThrow(
      /image\.toml:2: unit a\.service is to start, and .*base\/image\.toml:4 masks it/,
    );
  });
});
