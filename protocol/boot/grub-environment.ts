import { formatImage, type Image, parseImage, tries } from './entry.ts';

/** Length of GRUB's environment block; GRUB never changes it. */
export const grubEnvironmentLength = 1024;

/** Every variable lies in this much of it, so that one sector's write changes them all. */
export const grubSectorLength = 512;

/** An image and the generation under which it boots. */
export interface GrubPointer {
  generation: number;
  image: Image;
}

/** What GRUB boots by: a trial while tries are left, and what was marked good otherwise. */
export interface GrubEnvironment {
  good: GrubPointer | null;
  trial: (GrubPointer & { left: number }) | null;
}

const header = '# GRUB Environment Block\n';

/**
 * Writes the block. The tries come last: a sector that was half replaced by the next one has either none of them, or
 * the whole trial that they belong to.
 */
export function encodeGrubEnvironment({ good, trial }: GrubEnvironment): Buffer {
  const lines = [
    `good_generation=${good?.generation ?? 0}`,
    `good_image=${good ? formatImage(good.image) : ''}`,
    `trial_generation=${trial?.generation ?? 0}`,
    `trial_image=${trial ? formatImage(trial.image) : ''}`,
    `trial_left=${trial?.left ?? 0}`,
    '',
  ];
  return Buffer.from((header + lines.join('\n')).padEnd(grubEnvironmentLength, '#'), 'latin1');
}

/** Reads a block, or its first sector; nothing when it is torn or no such block. */
export function decodeGrubEnvironment(block: Uint8Array): GrubEnvironment | undefined {
  const text = Buffer.from(block.subarray(0, grubSectorLength)).toString('latin1');
  if (!text.startsWith(header)) return undefined;
  const values = new Map(
    [...text.matchAll(/^([a-z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!] as const),
  );
  const good = pointerOf(values, 'good');
  const trial = pointerOf(values, 'trial');
  const left = /^\d$/.test(values.get('trial_left') ?? '') ? Number(values.get('trial_left')) : undefined;
  if (good === undefined || trial === undefined || left === undefined || left > tries) return undefined;
  return { good, trial: trial && { ...trial, left } };
}

/** Null when nothing is pointed at, and nothing when the two variables do not belong together. */
function pointerOf(
  values: ReadonlyMap<string, string>,
  kind: 'good' | 'trial',
): GrubPointer | null | undefined {
  const [number, name] = [values.get(`${kind}_generation`), values.get(`${kind}_image`)];
  if (number === '0' && name === '') return null;
  const image = parseImage(name ?? '');
  return image && /^[1-9]\d{0,14}$/.test(number ?? '') ? { generation: Number(number), image } : undefined;
}
