import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { redact } from './redact.ts';

/** Where packages come from: the archive, and the security archive when the build host uses one. */
export interface Mirror {
  main: string;
  security: string | null;
  /** False leaves out what came after the last point release, as a measurement of updates wants it. */
  updates?: boolean;
  /** Path of the keys that sign its indexes; Debian's unless given. */
  keyring?: string;
}

const debianSuite = /^(?:sid|unstable|testing|stable|oldstable|bullseye|bookworm|trixie|forky|duke)$/;
const debianSecurity = /^(?:testing|stable|oldstable|bullseye|bookworm|trixie|forky|duke)-security$/;

interface Source {
  uri: string;
  suite: string;
  components: string[];
}

/**
 * The mirror to build from: `INTERLOCK_MIRROR`, or the one that this Debian host itself uses. A private archive,
 * signed by the keys in `INTERLOCK_KEYRING`, stands alone.
 */
export async function findMirror(env: NodeJS.ProcessEnv = process.env, etc = '/etc'): Promise<Mirror> {
  const sources = await readSources(join(etc, 'apt'));
  const codename = await readCodename(join(etc, 'os-release'));
  const of = (fits: (suite: string) => boolean) =>
    sources.find(({ suite, components }) => fits(suite) && components.includes('main'))?.uri;
  // a mirror holds every suite: any of Debian's own leads to it
  const security =
    of((suite) => suite === `${codename}-security`) ?? of((suite) => debianSecurity.test(suite));
  const main =
    env.INTERLOCK_MIRROR ?? of((suite) => suite === codename) ?? of((suite) => debianSuite.test(suite));
  const keyring = env.INTERLOCK_KEYRING;
  if (!main) {
    const problem = `the apt sources of the build host name none for ${codename || 'its release'}`;
    throw new InterlockError('mirror_failed', { what: 'its address', problem });
  }
  if (!/^https?:\/\/./.test(main)) {
    const problem = `INTERLOCK_MIRROR is ${redact(main)}, not an http:// or https:// address`;
    throw new InterlockError('mirror_failed', { what: 'its address', problem });
  }
  if (keyring) return { main: plain(main), security: null, updates: false, keyring };
  return { main: plain(main), security: security ? plain(security) : null };
}

/** Every mirror address in the environment and on the build host, with any login in it. */
export async function mirrorAddresses(env: NodeJS.ProcessEnv = process.env, etc = '/etc'): Promise<string[]> {
  const uris = (await readSources(join(etc, 'apt'))).map(({ uri }) => uri);
  return env.INTERLOCK_MIRROR ? [env.INTERLOCK_MIRROR, ...uris] : uris;
}

/** Reads apt's two source formats (sources.list(5)); commented, disabled and local sources are left out. */
export function parseSources(text: string, kind: 'list' | 'sources'): Source[] {
  const found = kind === 'list' ? text.split('\n').flatMap(parseLine) : stanzas(text).flatMap(parseStanza);
  return found.filter(({ uri }) => /^https?:\/\//.test(uri));
}

async function readSources(apt: string): Promise<Source[]> {
  const parts = join(apt, 'sources.list.d');
  // both places are optional; findMirror reports when no source was found
  const names = (await readdir(parts).catch(() => [])).sort().map((name) => join(parts, name));
  const files = [join(apt, 'sources.list'), ...names];
  const found = await Promise.all(
    files.map(async (file) => {
      const kind = /\.(list|sources)$/.exec(file)?.[1] as 'list' | 'sources' | undefined;
      // see above: a source that cannot be read is none
      return kind ? parseSources(await readFile(file, 'utf8').catch(() => ''), kind) : [];
    }),
  );
  return found.flat();
}

async function readCodename(file: string): Promise<string> {
  // without a codename findMirror looks for any suite of Debian
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^VERSION_CODENAME="?([\w-]+)"?$/m.exec(text)?.[1] ?? '';
}

function parseLine(line: string): Source[] {
  const [, uri = '', suite = '', components = ''] =
    /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line.trim()) ?? [];
  return uri ? [{ uri, suite, components: words(components) }] : [];
}

function stanzas(text: string): string[] {
  return text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
}

function parseStanza(stanza: string): Source[] {
  const field = (name: string) =>
    words(new RegExp(`^${name}:([^\\n]*(?:\\n[ \\t][^\\n]*)*)`, 'im').exec(stanza)?.[1] ?? '');
  if (field('Enabled')[0]?.toLowerCase() === 'no' || !field('Types').includes('deb')) return [];
  const components = field('Components');
  return field('URIs').flatMap((uri) => field('Suites').map((suite) => ({ uri, suite, components })));
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** Without login and final slash: as it may be shown and written down. */
function plain(uri: string): string {
  return redact(uri).replace(/\/+$/, '');
}
