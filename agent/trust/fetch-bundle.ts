import { BaseFetcher } from 'tuf-js';
import { asInterlockError, type InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { OfflineBundle } from '../offline/open-bundle.ts';
import { missingFile } from './tuf-js.ts';

/** Stands for the server in the addresses that the TUF library makes. */
export const bundleBase = 'bundle:';

/** Gives the TUF library metadata and targets from an offline bundle, as `Fetcher` does from a server. */
export class BundleFetcher extends BaseFetcher {
  failure: InterlockError | undefined;
  last = { url: '', status: 0 };
  readonly #bundle: OfflineBundle;

  constructor(bundle: OfflineBundle) {
    super();
    this.#bundle = bundle;
  }

  override async fetch(url: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const bytes = await this.downloadBytes(url, Number.MAX_SAFE_INTEGER);
    return new Blob([new Uint8Array(bytes)]).stream();
  }

  override async downloadBytes(url: string, limit: number): Promise<Buffer> {
    const found = await this.#bundle.file(url.slice(bundleBase.length + 1), limit).catch((error: unknown) => {
      this.failure = asInterlockError(error);
      throw this.failure;
    });
    this.last = { url, status: found ? 200 : 404 };
    if (!found) throw missingFile(404);
    return found;
  }
}
