import { statSync } from 'node:fs';
import type { Server } from 'node:https';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { readTls, type TlsFiles } from './read-tls.ts';

/** How often the files are looked at. */
const lookMs = 2000;

/** Who takes a renewed certificate, and how to end it. */
export interface TlsRenewal {
  /** Takes what lies there now, changed or not, and tells what became of it each time it is asked. */
  reload(): void;
  stop(): void;
}

/**
 * Shows a certificate that was renewed to whoever connects from now on. A pair that does not fit, such as one that is half written,
 * is not taken: the old one stays, `tell` hears why, and the next look tries again.
 */
export function renewTls(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  tell: (news: string, isProblem: boolean) => void,
): TlsRenewal {
  let shown = looksOf(files);
  let refused: string | undefined;

  function take(): void {
    const looks = looksOf(files);
    try {
      server.setSecureContext(readTls(files));
      [shown, refused] = [looks, undefined];
      tell(`took ${files.certFile} anew`, false);
    } catch (error) {
      const { message } = asInterlockError(error);
      if (refused !== looks) tell(`the old certificate stays: ${message}`, true);
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

/** What changes with a file's content; a link is followed, as renewing programs exchange links. */
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
