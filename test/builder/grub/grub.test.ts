import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parseDefinition } from '../../../builder/definition/define.ts';
import { biosLoader, readGrubConfig } from '../../../builder/grub/bios-loader.ts';
import { checkCommandLine } from '../../../builder/grub/check-command-line.ts';
import { coreImage } from '../../../builder/grub/core-image.ts';
import { encodeLzma } from '../../../builder/grub/encode-lzma.ts';
import { build } from '../../../builder/release/build.ts';
import { plan } from '../../../builder/release/plan.ts';
import { formatCommandLineFile } from '../../../protocol/boot/grub-command-line.ts';

const modules = '/usr/lib/grub/i386-pc';
const whyNot = existsSync(modules) ? undefined : 'grub-pc-bin is not installed';

/** What xz makes of a bare stream, with the header that GRUB leaves out. */
function decompress(stream: Uint8Array, size: number): Buffer {
  const head = Buffer.alloc(13);
  head[0] = 0x5d;
  head.writeUInt32LE(1 << 23, 1);
  head.writeBigUInt64LE(BigInt(size), 5);
  const input = Buffer.concat([head, stream]);
  return execFileSync('xz', ['--format=lzma', '-dc'], { input, maxBuffer: 2 ** 26 });
}

test('xz reads what is compressed here', () => {
  const runs = fc.array(fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.integer({ min: 1, max: 400 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(runs, (parts) => {
      const input = Buffer.concat(parts.flatMap(([bytes, times]) => Array(times).fill(Buffer.from(bytes))));
      expect(decompress(encodeLzma(input), input.length).equals(input)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

describe.skipIf(whyNot)(`with Debian’s GRUB${whyNot ? ` (skipped: ${whyNot})` : ''}`, () => {
  let dir: string;
  let files: Map<string, Buffer>;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'grub-'));
    files = new Map(readdirSync(modules).map((name) => [name, readFileSync(join(modules, name))]));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('makes the core image that grub-mkimage makes, compressed by ourselves', () => {
    const [archive, core] = [join(dir, 'archive'), join(dir, 'core.img')];
    const config = join(dir, 'config');
    writeFileSync(archive, Buffer.alloc(700, 'a'));
    writeFileSync(config, 'normal (memdisk)/early.cfg\n');
    const names = ['fshelp', 'fat', 'memdisk', 'archelp', 'newc'];
    const options = ['-O', 'i386-pc', '-m', archive, '-c', config, '-p', '/boot/grub', '-o', core];
    execFileSync('grub-mkimage', [...options, ...names]);
    const theirs = readFileSync(core);
    const ours = coreImage({ files, modules: names, archive: readFileSync(archive) })!;
    const start = 512 + files.get('lzma_decompress.img')!.length;
    const contents = (image: Buffer) => {
      const [packed, plain] = [image.readUInt32LE(512 + 8), image.readUInt32LE(512 + 12)];
      return decompress(image.subarray(start, start + packed), plain);
    };
    expect(contents(ours).equals(contents(theirs))).toBe(true);
    const sectors = (image: Buffer) => [Math.ceil(image.length / 512) - 1, image.readUInt16LE(508)];
    expect(sectors(ours)[0]).toBe(sectors(ours)[1]);
    for (const image of [ours, theirs]) {
      image.writeUInt16LE(0, 508);
      image.fill(0, 512 + 8, 512 + 16);
    }
    expect(ours.subarray(0, start).equals(theirs.subarray(0, start))).toBe(true);
  });

  it('makes the same loader each time, which fits in half of its partition', async () => {
    const loader = await biosLoader(files);
    expect((await biosLoader(files)).equals(loader)).toBe(true);
    expect(loader.length).toBeLessThan(2 ** 20);
    expect(loader.readUInt16BE(510)).toBe(0x55aa);
  });

  it('refuses what is not GRUB', async () => {
    const without = new Map([...files].filter(([name]) => name !== 'regexp.mod'));
    await expect(biosLoader(without)).rejects.toThrow('has no module regexp');
    const other = new Map([...files, ['kernel.img', Buffer.from('not ELF')]]);
    await expect(biosLoader(other)).rejects.toMatchObject({ code: 'bad_input' });
  });

  it('has scripts that GRUB’s own checker accepts', async () => {
    const image = { slot: 'b', prefix: '0123456789abcdef' } as const;
    const early = readFileSync(new URL('../../../builder/grub/config/early.cfg', import.meta.url));
    const scripts = [await readGrubConfig(), early, formatCommandLineFile(image, 'ro a=* x="b c" $d;e')];
    for (const input of scripts) {
      expect(spawnSync('grub-script-check', { input })).toMatchObject({ status: 0 });
    }
    expect(spawnSync('grub-script-check', { input: 'if true; then\n' }).status).not.toBe(0);
  });
});

describe('a command line that GRUB cannot hand over', () => {
  const definition = parseDefinition(
    [
      ...['name = "x"', 'suite = "trixie"', 'kernel = "cloud"', 'cmdline = "quiet a=it\'s"', 'agent = false'],
      ...['[slots]', 'root = "1 GiB"', 'verity = "16 MiB"'],
    ].join('\n'),
    'image.toml',
    '.',
    'x86-64',
  );
  const head = {
    format: 2,
    suite: 'trixie',
    arch: 'x86-64',
    date: '2026-03-01T10:00:00Z',
    packages: [],
  } as const;
  const grub = {
    name: 'grub-pc-bin',
    version: '2',
    sha256: '0'.repeat(64),
    arch: 'amd64',
    path: 'g.deb',
    size: 1,
  };
  const refused = /^image\.toml:4: GRUB cannot hand over "'"/;

  it('is refused before a lock is made or a package is fetched, by build and by its plan', async () => {
    const options = { version: '1', out: join(tmpdir(), 'never-made') };
    await expect(build(definition, options)).rejects.toThrow(refused);
    await expect(plan(definition, undefined)).rejects.toThrow(refused);
  });

  it('is no matter to an image without GRUB', () => {
    expect(() => checkCommandLine(definition, { ...head, packages: [], unpacked: [grub] })).toThrow(refused);
    expect(() => checkCommandLine(definition, { ...head, packages: [] })).not.toThrow();
    expect(() => checkCommandLine({ ...definition, arch: 'arm64' }, undefined)).not.toThrow();
  });
});
