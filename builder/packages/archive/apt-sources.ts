import type { Definition } from '../../definition/definition.ts';
import type { Mirror } from '../network/mirror.ts';

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** One line of sources.list(5), taken apart. */
export interface AptSource {
  /** Without a slash at its end. */
  uri: string;
  suite: string;
  components: readonly string[];
  /** Path of the keys that sign its indexes; null for an index of our own. */
  keyring: string | null;
}

/** Debian's rolling suites: what is new comes into the suite itself. */
const rolling = ['sid', 'unstable', 'experimental'];

/**
 * Where a definition's packages come from over the network: its suite at the mirror, with updates and security fixes where
 * it has such, and its further suites and repositories.
 */
export function aptSources(
  { suite, components, repositories }: Pick<Definition, 'suite' | 'components' | 'repositories'>,
  mirror: Mirror,
): AptSource[] {
  const keyring = mirror.keyring ?? debianKeyring;
  const from = (uri: string, name: string): AptSource => ({ uri, suite: name, components, keyring });
  const own = [from(mirror.main, suite)];
  if (!rolling.includes(suite)) {
    if (mirror.updates !== false) own.push(from(mirror.main, `${suite}-updates`));
    if (mirror.security) own.push(from(mirror.security, `${suite}-security`));
  }
  const more = repositories.flatMap((each): AptSource[] => {
    if (each.kind === 'mirror') return [{ ...each, uri: mirror.main, keyring }];
    return each.kind === 'url' ? [{ ...each, uri: each.url, keyring: each.key }] : [];
  });
  return [...own, ...more];
}

/** Writes a source as a line of sources.list(5). */
export function formatSource({ uri, suite, components, keyring }: AptSource): string {
  const trust = keyring === null ? 'trusted=yes' : `signed-by=${keyring}`;
  return `deb [${trust}] ${uri} ${[suite, ...components].join(' ')}\n`;
}
