import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { encodeAr } from './ar.ts';
import { encodeTar } from './encode-tar.ts';
import { type Entries, type Entry, textFile } from './entry.ts';

const compress = promisify(gzip);

/** A binary package before it is written. */
export interface Package {
  /** Fields of deb-control(5) in their order, without Installed-Size. */
  control: Readonly<Record<string, string>>;
  entries: Entries;
  /** Maintainer scripts by name: `postinst`. */
  scripts?: Readonly<Record<string, string>>;
  /** Paths of entries that belong to the administrator once they are installed. */
  conffiles?: readonly string[];
}

/** How it is written. */
export interface Writing {
  /** Time of every file, in seconds since 1970. */
  epoch: number;
  /** Of gzip, 1 to 9. */
  level: number;
}

/** Writes a package in the format of deb(5). Tools of the build host have no part in it, so that the bytes are the same everywhere. */
export async function encodeDeb(deb: Package, { epoch, level }: Writing): Promise<Buffer> {
  const squeeze = async (entries: Entries) => compress(await encodeTar(entries, epoch), { level });
  return encodeAr(
    [
      { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
      { name: 'control.tar.gz', bytes: await squeeze(controlFiles(deb)) },
      { name: 'data.tar.gz', bytes: await squeeze(deb.entries) },
    ],
    epoch,
  );
}

function controlFiles({ control, entries, scripts = {}, conffiles = [] }: Package): Entries {
  const files = [...entries].flatMap(([path, entry]) => (entry.kind === 'file' ? [{ path, entry }] : []));
  const size = files.reduce((sum, { entry }) => sum + Math.ceil(entry.bytes.length / 1024), 0);
  const fields = { ...control, 'Installed-Size': String(size + entries.size) };
  const sums = files
    .filter(({ path }) => !conffiles.includes(path))
    .map(({ path, entry }) => `${createHash('md5').update(entry.bytes).digest('hex')}  ${path}\n`);
  return new Map<string, Entry>([
    [
      'control',
      textFile(
        Object.entries(fields)
          .map(([name, value]) => `${name}: ${value.replaceAll('\n', '\n ')}\n`)
          .join(''),
      ),
    ],
    ['md5sums', textFile(sums.toSorted((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1)).join(''))],
    ...Object.entries(scripts).map(([name, text]): [string, Entry] => [name, textFile(text, 0o755)]),
    ...(conffiles.length > 0
      ? [['conffiles', textFile(conffiles.map((path) => `/${path}\n`).join(''))] as [string, Entry]]
      : []),
  ]);
}
