import type { Readable } from 'node:stream';

/** What publishing needs of an update server; the command line's client is one. */
export interface PublishServer {
  /** A file's text byte for byte, or undefined when it does not exist. */
  text(path: string): Promise<string | undefined>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, stream: Readable, headers: Record<string, string>): Promise<T>;
}
