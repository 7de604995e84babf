import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { reportOn } from '../builder/build-host/reporter.ts';
import { parseSize } from '../builder/definition/parse-size.ts';
import { requireFit, requireRoom } from '../builder/disk/fit/require-fit.ts';
import { convert } from '../builder/disk/formats/convert.ts';
import { type FormatName, formats } from '../builder/disk/formats/formats.ts';
import { packHostFiles } from '../builder/disk/host-files.ts';
import { type DiskOptions, packDisk } from '../builder/disk/pack-disk.ts';
import { nextCommands } from '../builder/platforms/next-commands.ts';
import { type PlatformName, platformNames, platforms } from '../builder/platforms/platforms.ts';
import { enroll } from '../builder/sign/secure-boot/enroll.ts';
import { readEnrollmentKeys, requireSigner } from '../builder/sign/secure-boot/find-signer.ts';
import { requireSignedBoot } from '../builder/sign/secure-boot/require-signed-boot.ts';
import { signDetached } from '../builder/sign/secure-boot/sign-detached.ts';
import { hostFilesPath, signaturePath } from '../protocol/boot/esp.ts';
import { parseRelease, type Release, releaseId } from '../protocol/documents/release.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../system/command/command.ts';
import { readError } from '../system/files/read-error.ts';
import { formatBytes } from '../system/terminal/progress.ts';

interface Options {
  out: string;
  format: string;
  config?: string;
  force?: boolean;
  keys?: string;
  secureBootEnroll?: boolean;
  for?: PlatformName;
  espSize?: string;
  stateSize?: string;
}

const raw = 'raw';

/** Adds `interlock disk`. */
export function addDisk(program: Command): void {
  verb(
    program,
    'disk <release>',
    'Create a first-install disk from a release',
    'interlock disk releases/tiny-1.0.0-x86-64 --out tiny.raw',
    'interlock disk releases/tiny-1.0.0-x86-64 --for proxmox --out tiny.qcow2',
  )
    .requiredOption('--out <file>', 'disk image to write')
    .option('--force', 'overwrite the disk that is there, with all that its host has written to it')
    .addOption(
      new Option('--format <format>', 'format of the disk image')
        .choices([raw, ...Object.keys(formats)])
        .default(raw),
    )
    .addOption(
      new Option('--for <platform>', 'choose format and size for a platform, and say how to go on there')
        .choices(platformNames)
        .conflicts('format'),
    )
    .option('--config <dir>', 'files for the host’s /etc, copied once on the first boot')
    .option('--keys <dir>', 'sign those files; hosts with Secure Boot accept no others')
    .option('--secure-boot-enroll', 'let firmware in setup mode enroll the keys; needs --keys')
    .option('--esp-size <size>', 'size of the EFI system partition, such as "512 MiB"')
    .option('--state-size <size>', 'size of the state partition before it grows')
    .action(answer(disk));
}

async function disk(folder: string, options: Options): Promise<Answer> {
  if (!options.force && existsSync(options.out)) {
    throw new InterlockError('exists', {
      what: options.out,
      how: '; to overwrite it with all that is on it: --force',
    });
  }
  const file = join(folder, 'release.json');
  const text = await readFile(file).catch((cause) => {
    throw readError(file, cause);
  });
  const release = parseRelease(text);
  const platform = options.for && platforms[options.for];
  const fit = options.for && (await requireFit(options.for, folder, release, options.out));
  const own = await diskOptions(folder, release);
  const sizes: NonNullable<DiskOptions['sizes']> = { ...own.sizes };
  if (options.espSize) sizes.esp = sizeOption('--esp-size', options.espSize);
  if (options.stateSize) sizes.state = sizeOption('--state-size', options.stateSize);
  const { loader } = own;
  const progress = reportOn(process.stderr)(
    `write ${options.out}`,
    release.root.size + release.root.verity.size,
  );
  const onProgress = (done: number) => progress.at(done);
  const chosen = platform?.format ?? options.format;
  const format = chosen === raw ? undefined : (chosen as FormatName);
  const written = format ? `${options.out}.raw` : options.out;
  const files = options.config && (await configuration(options.config, options.keys));
  const enrollment = options.secureBootEnroll && (await enrollmentOf(folder, options.keys));
  const { size } = await packDisk(folder, written, {
    ...own,
    sizes,
    ...(format && { multiple: formats[format].multiple }),
    ...(platform && { multiple: platform.multiple }),
    onProgress,
    ...(files && { files }),
    ...(enrollment && { enrollment }),
  });
  if (options.for) requireRoom(options.for, size);
  if (format) await turnInto(format, written, options.out, release);
  progress.end();
  const warning = loader ? [] : ['without a boot loader: the release has no loader.efi'];
  const data = { file: options.out, size, bootable: Boolean(loader) };
  const lines = [line`${options.out}  ${formatBytes(size)}`, ...warning];
  if (!fit) return { text: lines.join('\n'), data };
  const next = nextCommands(fit.platform, { file: options.out, ...fit, image: imageName(release), size });
  const title = `Next, on ${platforms[fit.platform].title}:`;
  return {
    text: [...lines, ...fit.warnings, '', title, '', ...next].join('\n'),
    data: { ...data, warnings: fit.warnings, next },
  };
}

/** What every disk of a release is made with: its sizes, and the loaders that it brings. */
export async function diskOptions(folder: string, release: Release): Promise<DiskOptions> {
  const loader = release.loader && (await readLoader(folder, release.loader.sha256));
  return { sizes: { ...release.slots }, ...(loader && { loader }) };
}

/** A host's files for the ESP, signed when there are keys; an installer's medium carries them too. */
export async function configuration(from: string, keys: string | undefined): Promise<Map<string, Buffer>> {
  const archive = await packHostFiles(from);
  const files = new Map([[hostFilesPath, archive]]);
  if (keys !== undefined) files.set(signaturePath, signDetached(archive, await requireSigner(keys)));
  return files;
}

async function enrollmentOf(folder: string, keys: string | undefined): Promise<Map<string, Uint8Array>> {
  if (keys === undefined) throw usage('--secure-boot-enroll needs --keys');
  await requireSignedBoot(folder, keys);
  return enroll(await readEnrollmentKeys(keys));
}

/** The raw disk goes, whatever becomes of the other one. */
async function turnInto(format: FormatName, written: string, out: string, release: Release): Promise<void> {
  const { name, version, arch, created } = release;
  try {
    await convert(written, out, format, { name, version, arch, time: Date.parse(created) / 1000 });
  } finally {
    await rm(written, { force: true });
  }
}

async function readLoader(folder: string, sha256: string): Promise<Buffer> {
  const file = join(folder, 'loader.efi');
  const loader = await readFile(file).catch((cause) => {
    throw readError(file, cause);
  });
  const found = hash('sha256', loader);
  if (found === sha256) return loader;
  throw new InterlockError('release_invalid', { file, problem: `hashes to ${found}, not ${sha256}` });
}

function sizeOption(option: string, text: string): number {
  const size = parseSize(text);
  if (size === undefined) throw usage(`${option} is ${text}; give a size such as "512 MiB"`);
  return size;
}

function usage(problem: string): InterlockError {
  return new InterlockError('usage', { problem });
}

/** What every platform takes as the name of an image. */
function imageName(release: Release): string {
  return releaseId(release).replace(/[^a-z0-9-]+/g, '-');
}
