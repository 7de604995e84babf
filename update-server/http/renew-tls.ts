import { statSync } from 'node:fs';
import type { Server } from 'node:https';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { readTls, type TlsFiles } from './read-tls.ts';

/** How often the files are looked at. */
const lookMs = 2000;

/** Takes renewed certificates until it is stopped. */
export interface TlsRenewal {
  /** Takes the files as they are now, changed or not, and logs the outcome each time. */
  reload(): void;
  stop(): void;
}

/**
 * Shows a renewed certificate to new connections. A pair that does not fit, such as one that is half written,
 * is not taken: the old one stays, the reason is logged, and the next look tries again.
 */
export function renewTls(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  log: Record<'info' | 'error', (line: string) => void>,
): TlsRenewal {
  let shown = looksOf(files);
  let refused: string | undefined;

  function take(): void {
    const looks = looksOf(files);
    try {
      server.setSecureContext(readTls(files));
      [shown, refused] = [looks, undefined];
      log.info(`tls: loaded ${files.certFile} again`);
    } catch (error) {
      const { message } = asInterlockError(error);
      if (refused !== looks) log.error(`tls: the old certificate stays: ${message}`);
      refused = looks;
    }
  }

  const timer = setInterval(() => looksOf(files) !== shown && take(), lookMs);
  timer.unref();
  return {
    reload() {
      refused = undefined;
      take();
    },
    stop: () => clearInterval(timer),
  };
}

/** Changes whenever a file's content does; links are followed, because programs that renew certificates replace links. */
function looksOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile].map(looks).join(' ');
}

function looks(file: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
