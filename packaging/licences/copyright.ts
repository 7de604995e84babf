import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shortenLicence } from './common-licences.ts';
import type { ShippedPackage } from './shipped-packages.ts';

/** For packages that name their licence and do not bring its text. */
const texts: Record<string, string> = {
  MIT: readFileSync(join(import.meta.dirname, 'MIT.txt'), 'utf8'),
};

/** The file `copyright` of our Debian packages (copyright-format 1.0); `nodeFolder` is where the architecture’s Node is unpacked. */
export function describeCopyright(
  root: string,
  packages: readonly ShippedPackage[],
  nodeFolder: string,
): string {
  const ours = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    'Upstream-Name: interlock',
    'Comment: Made from the licences of all npm packages that are part of the programs.',
    '',
    'Files: *',
    'Copyright: 2026 the Interlock authors',
    'License: Apache-2.0',
    ' On Debian systems the licence is in /usr/share/common-licenses/Apache-2.0.',
  ].join('\n');
  const theirs = packages.map((shipped) => {
    const isNode = shipped.name.startsWith('node-linux-');
    return describe(shipped, isNode ? nodeFolder : join(root, shipped.folder));
  });
  return `${[ours, ...theirs].join('\n\n')}\n`;
}

function describe({ folder: path, name, version, licence }: ShippedPackage, folder: string): string {
  const text = readLicence(folder) ?? texts[licence];
  if (text === undefined) throw new Error(`${name} ${version} brings no text of its licence, ${licence}`);
  const holders = text.match(/^[^\w\n]*copyright (?!notice|holder|owner|law).*$/gim) ?? [authorOf(folder)];
  return [
    `Files: ${path}/*`,
    `Comment: ${name} ${version}`,
    `Copyright: ${[...new Set(holders.map(plain))].join('\n           ')}`,
    `License: ${licence.replaceAll(/[()]/g, '').replaceAll(' OR ', ' or ')}`,
    ...shortenLicence(text)
      .trimEnd()
      .split('\n')
      .map((line) => ` ${line.trim() === '' ? '.' : line.trimEnd()}`),
  ].join('\n');
}

function readLicence(folder: string): string | undefined {
  const file = readdirSync(folder)
    .toSorted()
    .find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined;
}

function authorOf(folder: string): string {
  const { author, name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return author?.name ?? author ?? `the authors of ${name}`;
}

function plain(line: string): string {
  return line.replace(/^[\s*#/-]+/, '').trim();
}
