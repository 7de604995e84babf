import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { LockedPackage } from '../lock/packages-lock.ts';

/** A place that packages were chosen from. */
export interface Origin {
  /** How addresses of its packages begin, as apt writes them; ends with a slash. */
  base: string;
  /** Its name in a lock; nothing for the mirror itself. */
  repository?: string;
  /** Paths by SHA-256, where apt knows its packages by that. */
  paths?: ReadonlyMap<string, string>;
}

const line = /^'([^']+)' (\S+)_(\S+)_(\S+)\.deb (\d+) SHA256:([0-9a-f]{64})/;

/** Reads apt's `--print-uris` lines: `'uri' name_version_arch.deb size SHA256:hash`. */
export function parseUris(text: string, origins: readonly Origin[]): LockedPackage[] {
  const longest = origins.toSorted((a, b) => b.base.length - a.base.length);
  return text.split('\n').flatMap((each) => {
    const match = line.exec(each);
    if (!match) return [];
    const [, uri = '', name = '', version = '', arch = '', size = '', sha256 = ''] = match;
    const origin = longest.find(({ base }) => uri.startsWith(base));
    if (!origin) throw new InterlockError('mirror_failed', { what: name, problem: `it is at ${uri}` });
    const { base, repository, paths } = origin;
    const path = paths?.get(sha256) ?? decodeURIComponent(uri.slice(base.length)).replace(/^(?:\.\/)+/, '');
    const facts = { name, version: decodeURIComponent(version), arch, path, size: Number(size), sha256 };
    return [{ ...facts, ...(repository !== undefined && { repository }) }];
  });
}
