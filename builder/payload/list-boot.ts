import { type PeSection, peHeaders, peSections } from '../../protocol/formats/efi/pe-headers.ts';
import type { Listed } from '../root/erofs/list-erofs.ts';

const cpioHead = 110;

/**
 * Cuts a unified kernel image into its sections, and its initrd into the archive's files (cpio `newc`); what lies
 * between them goes with what follows. An image of another maker is one region.
 */
export function listBoot(image: Buffer): Listed[] {
  const marks = [{ path: '#boot', offset: 0 }];
  for (const { name, rawOffset, rawSize } of sectionsOf(image)) {
    if (rawOffset <= marks.at(-1)!.offset || rawOffset + rawSize > image.length) continue;
    marks.push({ path: `#boot${name}`, offset: rawOffset });
    if (name === '.initrd') marks.push(...archived(image, rawOffset, rawSize));
  }
  return marks.map(({ path, offset }, index) => ({
    path,
    offset,
    length: (marks[index + 1]?.offset ?? image.length) - offset,
  }));
}

function sectionsOf(image: Buffer): PeSection[] {
  const headers = peHeaders(image);
  const sections = headers && peSections(image, headers);
  return (sections ?? []).filter(({ rawSize }) => rawSize > 0);
}

/** Where each file's content begins, and where it ends when something else follows. */
function archived(image: Buffer, start: number, size: number): { path: string; offset: number }[] {
  const marks: { path: string; offset: number }[] = [];
  const end = start + size;
  const field = (offset: number) => {
    const text = image.toString('latin1', offset, offset + 8);
    return /^[0-9a-f]{8}$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  };
  for (
    let offset = start;
    offset + cpioHead <= end && image.toString('latin1', offset, offset + 6) === '070701';
  ) {
    const length = field(offset + 54);
    const nameLength = field(offset + 94);
    if (!Number.isInteger(length) || !Number.isInteger(nameLength)) break;
    const content = start + four(offset - start + cpioHead + nameLength);
    const path = image.toString('latin1', offset + cpioHead, offset + cpioHead + nameLength - 1);
    if (content + length > end) break;
    if (length > 0)
      marks.push({ path, offset: content }, { path: `#initrd/${path}`, offset: content + length });
    offset = start + four(content - start + length);
  }
  return marks;
}

function four(value: number): number {
  return Math.ceil(value / 4) * 4;
}
