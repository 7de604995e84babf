import { type AddressInfo, createServer } from 'node:net';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { formatListen, type ListenAddress } from '../http/listen-address.ts';
import type { App } from '../routing/app.ts';

/** How long running requests and downloads may go on after a stop; agents resume what is cut. */
const graceMs = 3000;
/** The first seconds after a start are for the hosts that waited. */
const warmAfterMs = 5000;

/** Finds out whether the address can be had, before a server makes a folder or a token that nobody then sees. Throws `listen_failed`. */
export async function checkAddress(address: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = createServer().once('error', reject);
  server.listen(address, () => server.close(() => resolve()));
  try {
    await promise;
  } catch (cause) {
    throw failed(address, cause);
  }
}

/** Begins to listen. Returns the port. Throws `listen_failed`. */
export async function listen(app: App, address: ListenAddress): Promise<number> {
  try {
    await app.listen(address);
  } catch (cause) {
    throw failed(address, cause);
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

function failed(address: ListenAddress, cause: unknown): InterlockError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const problem = code === 'EADDRINUSE' ? 'another program listens there (EADDRINUSE)' : message;
  return new InterlockError('listen_failed', { address: formatListen(address), problem }, { cause });
}
