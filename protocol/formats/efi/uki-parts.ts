import { peHeaders, peSections } from './pe-headers.ts';

/** A run of bytes in a file. */
export interface Range {
  offset: number;
  length: number;
}

/** Where a unified kernel image keeps what another loader than the firmware needs. */
export type UkiParts = Record<'linux' | 'initrd' | 'cmdline', Range>;

/** The section table of our images ends within this many bytes. */
export const ukiHeadLength = 4096;

/**
 * Finds the parts by the image's first bytes; `size` is the whole image's. Null when it is no PE image, lacks one of
 * them, or has one that reaches beyond its end.
 */
export function ukiParts(head: Buffer, size: number): UkiParts | null {
  const headers = peHeaders(head);
  const sections = headers && peSections(head, headers);
  const range = (name: string): Range | null => {
    const section = sections?.find((one) => one.name === name);
    // files are padded to the alignment; the size in memory is the content's own
    if (!section || section.virtualSize > section.rawSize) return null;
    const { rawOffset: offset, virtualSize: length } = section;
    return length > 0 && offset + length <= size ? { offset, length } : null;
  };
  const [linux, initrd, cmdline] = [range('.linux'), range('.initrd'), range('.cmdline')];
  return linux && initrd && cmdline && { linux, initrd, cmdline };
}
