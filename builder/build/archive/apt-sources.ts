import type { Definition } from '../../define/definition.ts';
import type { Mirror } from '../mirror.ts';

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** One line of sources.list(5), taken apart. */
export interface AptSource {
  /** Without a slash at its end. */
  uri: string;
  suite: string;
  components: readonly string[];
  /** Path of the keys that sign its indexes. */
  keyring: string;
}

/** Debian's rolling suites: what is new comes into the suite itself. */
const rolling = ['sid', 'unstable', 'experimental'];

/** Where a definition's packages come from: its suite at the mirror, with updates and security fixes where it has such. */
export function aptSources(
  { suite, components }: Pick<Definition, 'suite' | 'components'>,
  mirror: Mirror,
): AptSource[] {
  const keyring = mirror.keyring ?? debianKeyring;
  const from = (uri: string, name: string): AptSource => ({ uri, suite: name, components, keyring });
  const sources = [from(mirror.main, suite)];
  if (rolling.includes(suite)) return sources;
  if (mirror.updates !== false) sources.push(from(mirror.main, `${suite}-updates`));
  if (mirror.security) sources.push(from(mirror.security, `${suite}-security`));
  return sources;
}

/** Writes a source as a line of sources.list(5). */
export function formatSource({ uri, suite, components, keyring }: AptSource): string {
  return `deb [signed-by=${keyring}] ${uri} ${[suite, ...components].join(' ')}\n`;
}
