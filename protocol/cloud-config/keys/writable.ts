import type { Place } from '../../user-data/problem.ts';
import type { Report } from '../../user-data/report.ts';

/** Where a host's own files can be; the rest of the root is the image's and cannot be written. */
const own = ['/etc', '/var', '/root', '/home', '/opt', '/srv', '/usr/local'];

/** Files that are made anew at every boot from the image's and the host's own lists. */
const merged: Readonly<Record<string, string>> = {
  '/etc/passwd': 'Use users:.',
  '/etc/shadow': 'Use users: with passwd:.',
  '/etc/group': 'Use groups:.',
  '/etc/gshadow': 'Use groups:.',
  '/etc/machine-id': 'Leave it out: each host makes its own.',
  '/etc/ssl/certs/ca-certificates.crt': 'Use ca_certs:.',
};

/** Whether a file can be written there and stay; reports why not. */
export function isWritable(path: string, what: string, at: Place, to: Report): boolean {
  const instead = Object.hasOwn(merged, path) ? merged[path] : undefined;
  if (instead !== undefined) {
    to.error(at, `${what} ${path} would hide what the image has there for ever`, instead);
    return false;
  }
  if (isBelow(path, '/run')) {
    to.warn(at, `${what} ${path} is gone after the next boot`, 'Write it below /etc or /var to keep it.');
    return true;
  }
  if (isBelow(path, '/tmp') || isBelow(path, '/dev') || isBelow(path, '/proc') || isBelow(path, '/sys')) {
    to.error(
      at,
      `${what} ${path} would be gone before anybody reads it`,
      'Write below /run for this boot, below /var/tmp or /var to keep it.',
    );
    return false;
  }
  if (own.some((folder) => isBelow(path, folder))) return true;
  const nearest = path.startsWith('/usr/') ? path.replace('/usr/', '/usr/local/') : undefined;
  const hint = nearest && path.startsWith('/usr/bin/') ? ` For a program: ${nearest}.` : '';
  to.error(
    at,
    `${what} ${path} is in the image, which is read-only`,
    `Write below ${own.slice(0, 2).join(' or ')}, or put the file into the image (overlay/).${hint}`,
  );
  return false;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
