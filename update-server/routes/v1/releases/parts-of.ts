import { Writable } from 'node:stream';
import { type Static, Type } from 'typebox';
import { type Release, releaseId } from '../../../../protocol/documents/release.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { parseJson } from '../../../../protocol/schema/schema.ts';
import type { Blobs } from '../../../blobs/files.ts';
import type { Package } from '../../../domain/fleet/affected.ts';

/** A list of some thousand packages has one megabyte or two. */
const limitBytes = 32 * 1024 * 1024;

/** As much of CycloneDX 1.6 as a comparison needs; a tree of files has a hash and no version. */
const PartsList = Type.Object({
  components: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.String(),
        name: Type.String(),
        version: Type.Optional(Type.String()),
        purl: Type.Optional(Type.String()),
        hashes: Type.Optional(Type.Array(Type.Object({ content: Type.String() }))),
      }),
    ),
  ),
});

/** Versions by package, from a release's list of parts. Throws `not_found` when it was never uploaded, and `release_invalid`. */
export async function partsOf(blobs: Blobs, release: Release): Promise<Map<string, string>> {
  const components = await readComponents(blobs, release);
  return new Map(
    components.map(({ name, version, purl, hashes }) => [
      `${kindOf(purl)}${name}`,
      version ?? hashes?.[0]?.content.slice(0, 12) ?? '',
    ]),
  );
}

/** The packages among them, with the sources that they were built from. Throws the same. */
export async function packagesOf(blobs: Blobs, release: Release): Promise<Package[]> {
  const components = await readComponents(blobs, release);
  return components.flatMap(({ name, version, purl }) =>
    version === undefined ? [] : [{ name: `${kindOf(purl)}${name}`, version, source: sourceOf(purl) }],
  );
}

type Component = NonNullable<Static<typeof PartsList>['components']>[number];

async function readComponents(blobs: Blobs, release: Release): Promise<Component[]> {
  const { sha256, size } = release.sbom;
  const what = `the list of parts of ${releaseId(release)}`;
  const { received, whole } = await blobs.state(sha256);
  if (!whole || received !== size) throw new InterlockError('not_found', { what });
  if (size > limitBytes)
    throw new InterlockError('release_invalid', { file: what, problem: `has ${size} bytes` });
  const { components = [] } = parseJson(
    PartsList,
    await readBlob(blobs, sha256, size),
    what,
    'release_invalid',
  );
  return components;
}

/** Packages of Debian go by their name alone; others have names of their own kind. */
function kindOf(purl: string | undefined): string {
  const kind = /^pkg:([^/]+)\//.exec(purl ?? '')?.[1];
  return !kind || kind === 'deb' ? '' : `${kind}/`;
}

/** Debian's own word for it: `upstream=openssl@3.0.17-1`, left out where package and source are the same. */
function sourceOf(purl: string | undefined): Package['source'] {
  const text = /[?&]upstream=([^&]+)/.exec(purl ?? '')?.[1];
  const [, name, version] = /^(.+)@(.+)$/.exec(decodeURIComponent(text ?? '')) ?? [];
  return name && version ? { name, version } : null;
}

async function readBlob(blobs: Blobs, sha256: string, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, next) {
      chunks.push(Buffer.from(chunk));
      next();
    },
  });
  if (size > 0) await blobs.copy(sha256, 0, size - 1, sink);
  return Buffer.concat(chunks);
}
