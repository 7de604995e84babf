import type { Esp } from '../../../agent/loader/esp/esp.ts';
import {
  formatExtractedName,
  type Image,
  parseExtractedName,
  parseImage,
} from '../../../protocol/boot/entry.ts';
import { grubEnvironmentFile, imagesFolder } from '../../../protocol/boot/esp.ts';
import { grubSectorLength } from '../../../protocol/boot/grub-environment.ts';

/** What GRUB loaded. */
export interface GrubBoot {
  image: Image;
  /** 0 when no generation is known. */
  generation: number;
  /** A trial whose try was counted; tries that are left are in the environment. */
  counted: boolean;
  isLastTry: boolean;
}

const header = '# GRUB Environment Block\n';

/**
 * Chooses and counts as `grub.cfg` does: a trial with tries left whose count could be saved, then what was marked good,
 * then the newest mark, then anything that loads. Nothing when nothing does.
 */
export async function grubOnce(esp: Esp): Promise<GrubBoot | undefined> {
  const values = await loadEnvironment(esp);
  const left = values.get('trial_left') ?? '';
  if (['1', '2', '3'].includes(left)) {
    const next = String(Number(left) - 1);
    await saveEnvironment(esp, 'trial_left', next);
    const saved = (await loadEnvironment(esp)).get('trial_left') === next;
    const trial = await loads(esp, values.get('trial_image'));
    const generation = Number(values.get('trial_generation'));
    if (saved && trial) return { image: trial, generation, counted: true, isLastTry: next === '0' };
  }
  const uncounted = { counted: false, isLastTry: false };
  const good = await loads(esp, values.get('good_image'));
  if (good) return { image: good, generation: Number(values.get('good_generation')), ...uncounted };
  const files = await esp.list(imagesFolder);
  const marks = files
    .map((file) => /^confirmed-(\d+)-(.*)$/.exec(file))
    .filter((match) => match !== null)
    .toSorted((a, b) => Number(b[1]) - Number(a[1]));
  for (const [, generation, name] of marks) {
    const image = await loads(esp, name);
    if (image) return { image, generation: Number(generation), ...uncounted };
  }
  for (const file of files.toSorted()) {
    const one = parseExtractedName(file);
    const image = one?.kind === 'linux' ? await loads(esp, `${one.slot}-${one.prefix}`) : undefined;
    if (image) return { image, generation: 0, ...uncounted };
  }
  return undefined;
}

/** GRUB loads what has all three files; whether they are right is for the kernel to find out. */
async function loads(esp: Esp, name = ''): Promise<Image | undefined> {
  const image = parseImage(name);
  if (!image) return undefined;
  for (const kind of ['linux', 'initrd', 'cfg'] as const) {
    const length = await esp.size(`${imagesFolder}/${formatExtractedName(image, kind)}`);
    if (length === 0) return undefined;
  }
  return image;
}

async function loadEnvironment(esp: Esp): Promise<Map<string, string>> {
  const text = (await esp.read(grubEnvironmentFile)) ?? '';
  if (!text.startsWith(header)) return new Map();
  const lines = text.slice(header.length).split('\n');
  return new Map(
    lines.filter((line) => line.includes('=')).map((line) => line.split('=', 2) as [string, string]),
  );
}

/** A value of the same length is replaced where it is. */
async function saveEnvironment(esp: Esp, name: string, value: string): Promise<void> {
  const text = (await esp.read(grubEnvironmentFile))!.slice(0, grubSectorLength);
  await esp.overwrite(grubEnvironmentFile, text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`));
}
