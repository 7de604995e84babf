import { readBody, type Tree } from '../../tree/entries/entry.ts';
import { follow } from '../../tree/entries/follow.ts';

/** What the root itself says about a Debian package, in addition to the lock. */
export interface DpkgFacts {
  name: string;
  version: string;
  arch: string;
  /** The source package it was built from, which security trackers go by. */
  source: { name: string; version: string };
  /** Short names as the package's copyright file gives them. */
  licences: string[];
}

const status = 'usr/lib/sysimage/dpkg/status';

/**
 * Reads dpkg's list and the machine-readable copyright files of a root: what is installed, by package name. One that is
 * listed again, for another architecture or by a source, has its version and architecture in its key.
 */
export async function dpkgFacts(tree: Tree): Promise<Map<string, DpkgFacts>> {
  const facts = new Map<string, DpkgFacts>();
  for (const stanza of (await textOf(tree, status)).split(/\n\n+/)) {
    const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(stanza)?.[1];
    const name = field('Package');
    if (!name || !/ installed$/.test(field('Status') ?? ' installed')) continue;
    const version = field('Version') ?? '';
    const arch = field('Architecture') ?? 'all';
    const [, source = name, of = version] = /^(\S+)(?: \((.*)\))?$/.exec(field('Source') ?? '') ?? [];
    const copyright = await textOf(tree, `usr/share/doc/${name}/copyright`);
    const known = {
      name,
      version,
      arch,
      source: { name: source, version: of },
      licences: licencesOf(copyright),
    };
    facts.set(facts.has(name) ? `${name} ${version} ${arch}` : name, known);
  }
  return facts;
}

/** Licences of a copyright file in the machine-readable form (DEP 5); free text gives none. */
function licencesOf(copyright: string): string[] {
  if (!/^Format:.*copyright-format/im.test(copyright.slice(0, 1000))) return [];
  const names = [...copyright.matchAll(/^License:[ \t]*(\S.*)$/gim)].map(([, name = '']) => name.trim());
  return [...new Set(names)].sort();
}

async function textOf(tree: Tree, path: string): Promise<string> {
  const entry = follow(tree, path);
  return entry?.type === 'file' ? (await readBody(entry.body)).toString('utf8') : '';
}
