import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Bundle } from './bundle.ts';

/** The dashboard's files. Throws `server_unready` when they cannot be made. */
export type Page = () => Promise<Bundle>;

/** How long a failure to bundle stands before it is tried again. */
const pauseMs = 10_000;

/** Bundles the dashboard when it is first asked for, once for all who ask; the server does its work without it. */
export function openPage(bundle: () => Promise<Bundle>): Page {
  let bundling: Promise<Bundle> | undefined;
  let triedMs = 0;
  return async () => {
    if (!bundling) triedMs = Date.now();
    bundling ??= bundle();
    try {
      return await bundling;
    } catch (cause) {
      if (Date.now() - triedMs > pauseMs) bundling = undefined;
      const problem = `the page cannot be bundled: ${(cause as Error).message}`;
      throw new InterlockError('server_unready', { problem }, { cause });
    }
  };
}
