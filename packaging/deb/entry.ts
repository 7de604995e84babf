/** One file or link of a package, by its path on the host without a leading slash. */
export type Entry =
  | { kind: 'file'; bytes: Uint8Array; mode: 0o644 | 0o755 }
  | { kind: 'link'; target: string };

/** What a package puts on a host. */
export type Entries = ReadonlyMap<string, Entry>;

/** A file of text. */
export function textFile(text: string, mode: 0o644 | 0o755 = 0o644): Entry {
  return { kind: 'file', bytes: Buffer.from(text), mode };
}
