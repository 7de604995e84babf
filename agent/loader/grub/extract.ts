import { createHash } from 'node:crypto';
import {
  type ExtractedKind,
  formatExtractedName,
  formatImageName,
  type Image,
} from '../../../protocol/boot/entry.ts';
import { entryRoom, imagesFolder } from '../../../protocol/boot/esp.ts';
import { formatCommandLineFile } from '../../../protocol/boot/grub-command-line.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { type Range, ukiHeadLength, ukiParts } from '../../../protocol/formats/efi/uki-parts.ts';
import type { Esp } from '../esp/esp.ts';
import { unsafe } from '../esp/unsafe.ts';

/** One file that GRUB loads: its path, and what has to be in it. */
interface Extract {
  path: string;
  length: number;
  content: Range | string;
}

/**
 * Takes kernel, initrd and command line out of a boot file for GRUB, which cannot load it whole. Each is read back from
 * the disk and compared with the boot file; what is right already is left alone. Throws `space_missing`, `loader_unsafe`.
 */
export async function extract(esp: Esp, image: Image): Promise<void> {
  const from = pathOf(image);
  const files = await extractsOf(esp, image);
  const wrong: Extract[] = [];
  for (const file of files) if (!(await isRight(esp, from, file))) wrong.push(file);
  if (wrong.length === 0) return;
  await checkSpace(esp, wrong);
  for (const { path, content } of wrong) {
    if (typeof content === 'string') await esp.write(path, content);
    else await esp.extract(from, content, path);
  }
  await esp.sync(imagesFolder);
  for (const file of wrong) {
    if (!(await isRight(esp, from, file))) throw unsafe(`${file.path} does not read back as ${from} has it`);
  }
}

/** Whether all of an image's files are there by name and length: what can be asked at every start. */
export async function isExtracted(esp: Esp, image: Image): Promise<boolean> {
  const files = await extractsOf(esp, image);
  const sizes = await Promise.all(files.map(({ path }) => esp.size(path)));
  return files.every(({ length }, index) => sizes[index] === length);
}

async function extractsOf(esp: Esp, image: Image): Promise<Extract[]> {
  const from = pathOf(image);
  const head = await esp.bytes(from, { offset: 0, length: ukiHeadLength });
  const parts = head && ukiParts(head, await esp.size(from));
  if (!parts) throw unsafe(`${from} has no kernel, initrd and command line`);
  const commandLine = (await esp.bytes(from, parts.cmdline))!.toString('latin1');
  const script = formatCommandLineFile(image, commandLine);
  const at = (kind: ExtractedKind) => `${imagesFolder}/${formatExtractedName(image, kind)}`;
  return [
    { path: at('linux'), length: parts.linux.length, content: parts.linux },
    { path: at('initrd'), length: parts.initrd.length, content: parts.initrd },
    { path: at('cfg'), length: script.length, content: script },
  ];
}

async function isRight(esp: Esp, from: string, { path, length, content }: Extract): Promise<boolean> {
  if ((await esp.size(path)) !== length) return false;
  const wanted =
    typeof content === 'string'
      ? createHash('sha256').update(content, 'latin1').digest('hex')
      : await esp.hash(from, content);
  return (await esp.hash(path)) === wanted;
}

async function checkSpace(esp: Esp, files: readonly Extract[]): Promise<void> {
  const sizes = await Promise.all(files.map(({ path }) => esp.size(path)));
  const needed = files.reduce(
    (sum, { length }, index) => sum + Math.max(0, length - sizes[index]!),
    entryRoom,
  );
  const free = await esp.free();
  if (free < needed)
    throw new InterlockError('space_missing', { where: `the ESP (${imagesFolder})`, free, needed });
}

function pathOf(image: Image): string {
  return `${imagesFolder}/${formatImageName(image)}`;
}
