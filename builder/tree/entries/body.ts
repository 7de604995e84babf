/** Content of a file: bytes at hand, or a range of a file on the disk. Hard links share one body object. */
export interface Body {
  size: number;
  source: Uint8Array | FileRange;
}

/** Where a content begins in a file of this machine, whose name need not be UTF-8. */
export interface FileRange {
  file: string | Buffer;
  offset: number;
  /** Of a file that somebody may change while it is built from: when it was last changed, in milliseconds since 1970. */
  mtimeMs?: number;
}
