/** Content of a file: bytes in memory, or a range of a file on the disk. Hard links share one body object. */
export interface Body {
  size: number;
  source: Uint8Array | FileRange;
}

/** Where a content begins in a file of the build host, whose name need not be UTF-8. */
export interface FileRange {
  file: string | Buffer;
  offset: number;
  /** For a file that may be changed during the build: when it was last changed, in milliseconds since 1970. */
  mtimeMs?: number;
}
