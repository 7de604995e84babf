import { gzipSync } from 'node:zlib';
import { type Entry, textFile } from '../deb/entry.ts';
import { maintainer } from './control.ts';
import type { Source } from './source.ts';

/** What Debian wants to find in /usr/share/doc of each package: its licences, and what changed in the packaging. */
export function documentsOf(name: string, copyright: string, { version, epoch }: Source): [string, Entry][] {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const changes = `interlock (${version}) unstable; urgency=medium

  * Made from the sources of this version; their changes are in CHANGELOG.md.

 -- ${maintainer()}  ${date}
`;
  return [
    [`usr/share/doc/${name}/copyright`, textFile(copyright)],
    [`usr/share/doc/${name}/changelog.Debian.gz`, squeezed(Buffer.from(changes))],
  ];
}

/** As `gzip -9n` does it: without a name and a time. */
export function squeezed(bytes: Uint8Array): Entry {
  return { kind: 'file', bytes: gzipSync(bytes, { level: 9 }), mode: 0o644 };
}
