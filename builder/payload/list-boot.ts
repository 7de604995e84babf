import type { Listed } from '../root/erofs/list-erofs.ts';

const cpioHead = 110;

/**
 * Cuts a unified kernel image into its sections, and its initrd into the archive's files (cpio `newc`); what lies
 * between them goes with what follows. An image that is none of ours is one region.
 */
export function listBoot(image: Buffer): Listed[] {
  const marks = [{ path: '#boot', offset: 0 }];
  for (const { name, at, size } of sections(image)) {
    if (at <= marks.at(-1)!.offset || at + size > image.length) continue;
    marks.push({ path: `#boot${name}`, offset: at });
    if (name === '.initrd') marks.push(...archived(image, at, size));
  }
  return marks.map(({ path, offset }, index) => ({
    path,
    offset,
    length: (marks[index + 1]?.offset ?? image.length) - offset,
  }));
}

function sections(image: Buffer): { name: string; at: number; size: number }[] {
  if (image.length < 64 || image.toString('latin1', 0, 2) !== 'MZ') return [];
  const head = image.readUInt32LE(0x3c);
  if (head + 24 > image.length) return [];
  const table = head + 24 + image.readUInt16LE(head + 20);
  const count = image.readUInt16LE(head + 6);
  if (table + count * 40 > image.length) return [];
  return Array.from({ length: count }, (_, index) => {
    const entry = table + index * 40;
    return {
      name: image.toString('latin1', entry, entry + 8).replace(/\0+$/, ''),
      size: image.readUInt32LE(entry + 16),
      at: image.readUInt32LE(entry + 20),
    };
  }).filter(({ size }) => size > 0);
}

/** Where each file's content begins, and where it ends when something else follows. */
function archived(image: Buffer, start: number, size: number): { path: string; offset: number }[] {
  const marks: { path: string; offset: number }[] = [];
  const end = start + size;
  const field = (at: number) => {
    const text = image.toString('latin1', at, at + 8);
    return /^[0-9a-f]{8}$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  };
  for (let at = start; at + cpioHead <= end && image.toString('latin1', at, at + 6) === '070701'; ) {
    const length = field(at + 54);
    const nameLength = field(at + 94);
    if (!Number.isInteger(length) || !Number.isInteger(nameLength)) break;
    const content = start + four(at - start + cpioHead + nameLength);
    const path = image.toString('latin1', at + cpioHead, at + cpioHead + nameLength - 1);
    if (content + length > end) break;
    if (length > 0)
      marks.push({ path, offset: content }, { path: `#initrd/${path}`, offset: content + length });
    at = start + four(content - start + length);
  }
  return marks;
}

function four(value: number): number {
  return Math.ceil(value / 4) * 4;
}
