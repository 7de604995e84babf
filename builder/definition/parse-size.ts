const units: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Reads a size as people write it ("512 MiB") into bytes; nothing when it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+)\s*([KMGT]iB)$/.exec(text.trim());
  const unit = match && units[match[2] ?? ''];
  const bytes = unit ? Number(match[1]) * unit : 0;
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
