import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGrubConfig } from '../../../builder/grub/bios-loader.ts';
import { formatExtractedName, type Image } from '../../../protocol/boot/entry.ts';
import { grubConfigFile, grubEnvironmentFile } from '../../../protocol/boot/esp.ts';
import { formatCommandLineFile } from '../../../protocol/boot/grub-command-line.ts';
import { decodeGrubEnvironment, encodeGrubEnvironment } from '../../../protocol/boot/grub-environment.ts';
import {
  espGuid,
  grubModules,
  makeGrubDisk,
  makeLoader,
  runGrub,
  type Writes,
} from '../../support/grub/run-grub.ts';
import { tellingKernel } from '../../support/grub/telling-kernel.ts';
import { grubOnce } from '../../support/host/grub.ts';
import { createPowerCutEsp } from '../../support/host/power-cut-esp.ts';
import { readFileOnEsp } from '../../support/vm/esp-file.ts';

const whyNot = existsSync(grubModules) ? undefined : 'grub-pc-bin is not installed';
const a: Image = { slot: 'a', prefix: 'a'.repeat(16) };
const b: Image = { slot: 'b', prefix: 'b'.repeat(16) };
const images = 'EFI/interlock';
type Files = Map<string, Uint8Array>;

let dir: string;
let disk: string;
let loader: Buffer;
let config: Buffer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'grub-'));
  disk = join(dir, 'disk.raw');
  [loader, config] = await Promise.all([makeLoader(), readGrubConfig()]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** An ESP whose slot a was marked good, and whose slot b has `left` tries. */
function espFiles(left = 0, commandLine = 'quiet'): Files {
  const trial = { generation: 2, image: b, left };
  const environment = encodeGrubEnvironment({ good: { generation: 1, image: a }, trial });
  return new Map<string, Uint8Array>([
    [grubConfigFile, config],
    [grubEnvironmentFile, environment],
    ...[a, b].flatMap((image): [string, Uint8Array][] => [
      [at(image, 'linux'), tellingKernel()],
      [at(image, 'initrd'), Buffer.from(`initrd ${image.slot}`)],
      [at(image, 'cfg'), Buffer.from(formatCommandLineFile(image, commandLine))],
    ]),
  ]);
}

function at(image: Image, kind: 'linux' | 'initrd' | 'cfg'): string {
  return `${images}/${formatExtractedName(image, kind)}`;
}

/** What GRUB started, in the words of the model, and what the model of the fast tests makes of the same files. */
async function start(files: Files, writes: Writes = 'taken') {
  await makeGrubDisk(disk, loader, files);
  const told = await runGrub(disk, writes);
  const texts = [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')]);
  const model = await grubOnce(createPowerCutEsp(Object.fromEntries(texts)));
  return { found: told && read(told.words, told.initrd), model };
}

function read(words: string, initrd: string) {
  const value = (name: string) => new RegExp(` interlock\\.${name}=(\\S+)`).exec(words)?.[1];
  expect(value('loader'), words).toBe('grub');
  expect(value('esp')).toBe(espGuid);
  const image = initrd === 'initrd a' ? a : b;
  expect(initrd).toBe(`initrd ${image.slot}`);
  return { image, generation: Number(value('generation') ?? 0), counted: value('trial') === '1' };
}

const onDisk = async () => decodeGrubEnvironment(await readFileOnEsp(disk, grubEnvironmentFile));

describe.skipIf(whyNot)(`GRUB itself${whyNot ? ` (skipped: ${whyNot})` : ''}`, () => {
  it('takes a trial three times, each written down before, and then what was good', async () => {
    await makeGrubDisk(disk, loader, espFiles(3));
    for (const left of [2, 1, 0]) {
      const { words, initrd } = (await runGrub(disk))!;
      expect(read(words, initrd)).toEqual({ image: b, generation: 2, counted: true });
      expect((await onDisk())!.trial).toEqual({ generation: 2, image: b, left });
    }
    const { words, initrd } = (await runGrub(disk))!;
    expect(read(words, initrd)).toEqual({ image: a, generation: 1, counted: false });
  });

  it.each(['failing', 'read-only'] as const)(
    'on a disk that is %s boots what was good, uncounted',
    async (writes) => {
      const { found } = await start(espFiles(3), writes);
      expect(found).toEqual({ image: a, generation: 1, counted: false });
      expect((await onDisk())!.trial!.left).toBe(3);
    },
  );

  const good = { image: a, generation: 1, counted: false };
  const torn = (files: Files, bytes: Uint8Array) => files.set(grubEnvironmentFile, bytes);
  const mark = (files: Files, name: string) => files.set(`${images}/confirmed-${name}`, Buffer.of());
  const block = (trial: number) => Buffer.from(espFiles(trial).get(grubEnvironmentFile)!);
  const damages: [what: string, damage: (files: Files) => void, left: number, found: object][] = [
    ['no trial', () => {}, 0, good],
    [
      'a torn block and two marks',
      (files) => {
        torn(files, Buffer.alloc(1024, 0xff));
        mark(files, '9-a-aaaaaaaaaaaaaaaa');
        mark(files, '10-b-bbbbbbbbbbbbbbbb');
      },
      3,
      { image: b, generation: 10, counted: false },
    ],
    [
      'a block of zeros and a mark whose kernel is gone',
      (files) => {
        torn(files, Buffer.alloc(1024));
        mark(files, '9-a-aaaaaaaaaaaaaaaa');
        mark(files, '10-b-cccccccccccccccc');
      },
      3,
      { image: a, generation: 9, counted: false },
    ],
    ['an empty block and no mark', (files) => torn(files, Buffer.of()), 3, { ...good, generation: 0 }],
    ['no block', (files) => files.delete(grubEnvironmentFile), 3, { ...good, generation: 0 }],
    [
      'the beginning of a block that ends in the middle of the trial',
      (files) => {
        const whole = block(3);
        const cut = whole.indexOf('trial_left');
        torn(files, Buffer.concat([whole.subarray(0, cut), Buffer.alloc(1024 - cut, '#')]));
      },
      3,
      good,
    ],
    ['no initrd of the trial', (files) => files.delete(at(b, 'initrd')), 3, good],
    ['no kernel of the trial', (files) => files.delete(at(b, 'linux')), 3, good],
    ['no words of the trial', (files) => files.delete(at(b, 'cfg')), 3, good],
    [
      'no kernel of what was good, and a mark',
      (files) => {
        files.delete(at(a, 'linux'));
        mark(files, '2-b-bbbbbbbbbbbbbbbb');
      },
      0,
      { image: b, generation: 2, counted: false },
    ],
  ];
  it.each(damages)('with %s boots what the model of the fast tests says', async (_, damage, left, wanted) => {
    const files = espFiles(left);
    damage(files);
    const { found, model } = await start(files);
    expect(found).toEqual(wanted);
    expect(model).toMatchObject(wanted);
  });

  it.each([
    ['torn in the middle', (text: string) => text.slice(0, 30)],
    ['without its last line', (text: string) => text.replace(/set described.*\n/, '')],
    ['of another image', () => formatCommandLineFile(a, 'quiet')],
    ['zeros', (text: string) => '\0'.repeat(text.length)],
  ])('words of a trial that are %s are nobody’s', async (_, damage) => {
    const files = espFiles(3);
    files.set(at(b, 'cfg'), Buffer.from(damage(formatCommandLineFile(b, 'quiet'))));
    expect((await start(files)).found).toEqual(good);
  });

  it('hands a command line over as it is, but for marks around the whole of a word with spaces', async () => {
    const line =
      'ro $HOME a;b *.x a=[1-9]? #c dyndbg="file a* +p" {x} "two words" !y %z &more |pipe <in >out ~';
    await makeGrubDisk(disk, loader, espFiles(0, line));
    const { words } = (await runGrub(disk))!;
    expect(words).toBe(
      `BOOT_IMAGE=(hd0,gpt1)/${at(a, 'linux')} interlock.loader=grub interlock.esp=${espGuid} interlock.generation=1 ${line.replace('dyndbg="', '"dyndbg=')}`,
    );
  });
});
