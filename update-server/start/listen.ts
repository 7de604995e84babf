import type { AddressInfo } from 'node:net';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { formatListen, type ListenAddress } from '../http/listen-address.ts';
import type { App } from '../routing/app.ts';

/** How long running requests and downloads may go on after a stop; agents resume what is cut. */
const graceMs = 3000;
/** The first seconds after a start are for the hosts that waited. */
const warmAfterMs = 5000;

/** Begins to listen. Returns the port. Throws `listen_failed`. */
export async function listen(app: App, address: ListenAddress): Promise<number> {
  try {
    await app.listen(address);
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new InterlockError('listen_failed', { address: formatListen(address), problem }, { cause });
  }
  return (app.server.address() as AddressInfo).port;
}

/** Bundles the dashboard a little later, before it is first opened. */
export function warmPage(app: App): () => void {
  const ask = () => void app.inject({ url: '/' }).catch((error: unknown) => app.log.warn(error));
  const timer = setTimeout(ask, warmAfterMs);
  return () => clearTimeout(timer);
}

/** Ends requests, and cuts those that take too long. */
export async function closeWithGrace(app: App): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  await app.close();
  clearTimeout(cut);
}
