/** Which disk is meant; the installer stops unless exactly one is. */
export type DiskChoice =
  | { by: 'only' }
  | { by: 'serial'; serial: string }
  | { by: 'path'; path: string }
  | { by: 'size'; compare: '>=' | '<=' | '='; bytes: number };

/** Disks are sold in powers of ten and rounded: an exact size may be off by one part in fifty. */
const tolerance = 0.02;

const units: Record<string, number> = {
  '': 1,
  M: 1e6,
  MB: 1e6,
  MIB: 2 ** 20,
  G: 1e9,
  GB: 1e9,
  GIB: 2 ** 30,
  T: 1e12,
  TB: 1e12,
  TIB: 2 ** 40,
};

const forms = 'write only, serial:TEXT, path:/dev/NAME or size:500GB (also size:>=500GB, size:<=2TB)';

/** Reads `only`, `serial:…`, `path:…` or `size:…`; gives what is wrong as a text. */
export function parseDiskChoice(text: string): DiskChoice | string {
  if (text === 'only') return { by: 'only' };
  const [kind, ...rest] = text.split(':');
  const value = rest.join(':').trim();
  if (kind === 'serial' && value) return { by: 'serial', serial: value };
  if (kind === 'path' && /^\/dev\/\S+$/.test(value)) return { by: 'path', path: value };
  if (kind === 'size') return parseSize(value) ?? forms;
  return forms;
}

/** Whether a disk of so many bytes is meant by a choice of size. */
export function hasSize(choice: Extract<DiskChoice, { by: 'size' }>, bytes: number): boolean {
  if (choice.compare === '>=') return bytes >= choice.bytes;
  if (choice.compare === '<=') return bytes <= choice.bytes;
  return Math.abs(bytes - choice.bytes) <= choice.bytes * tolerance;
}

function parseSize(text: string): DiskChoice | undefined {
  const match = /^(>=|<=)?\s*(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  if (!match) return undefined;
  const bytes = Number(match[2]) * (units[match[3]!.toUpperCase()] ?? Number.NaN);
  if (!(bytes > 0)) return undefined;
  return { by: 'size', compare: (match[1] as '>=' | '<=' | undefined) ?? '=', bytes };
}
