import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { type Arch, parseJson } from '../../../protocol/schema/schema.ts';
import { readGiven } from '../../../system/files/read-given.ts';
import { debianArch } from '../../packages/lock/required-packages.ts';

const Descriptor = Type.Object({
  mediaType: Type.Optional(Type.String()),
  digest: Type.String({ pattern: '^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$' }),
  annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
  platform: Type.Optional(Type.Object({ os: Type.String(), architecture: Type.String() })),
});
/** Names a blob of a layout by its digest (OCI image-spec, descriptor.md). */
export type Descriptor = Static<typeof Descriptor>;

const Index = Type.Object({ manifests: Type.Array(Descriptor) });
/** No program makes images of more layers, and each is read in turn. */
const mostLayers = 1000;
const Manifest = Type.Object({ layers: Type.Array(Descriptor, { maxItems: mostLayers }) });

const tagKey = 'org.opencontainers.image.ref.name';
const maxIndexes = 4;
/** What registries accept at least, and at most (OCI distribution-spec, "Pushing Manifests"). */
const longestManifest = 4 * 1024 * 1024;

/** Where a descriptor's bytes lie in a layout. */
export function blobPath({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** Follows index.json to the one manifest of a tag and an architecture. Throws `not_found`, `bad_input`. */
export async function findManifest(
  layout: string,
  tag: string | undefined,
  arch: Arch,
): Promise<{ layers: Descriptor[]; sha256: string }> {
  const index = join(layout, 'index.json');
  let found = choose(
    parseJson(Index, await readGiven(index, longestManifest), index).manifests,
    tag,
    arch,
    layout,
  );
  for (let depth = 0; depth < maxIndexes; depth++) {
    const file = join(layout, blobPath(found));
    const text = await readGiven(file, longestManifest);
    checkDigest(file, text, found);
    if (!isIndex(found, text, file)) {
      const { layers } = parseJson(Manifest, text, file);
      return { layers, sha256: createHash('sha256').update(text).digest('hex') };
    }
    found = choose(parseJson(Index, text, file).manifests, undefined, arch, layout);
  }
  throw refused(layout, `nests more than ${maxIndexes} indexes`);
}

function choose(
  manifests: readonly Descriptor[],
  tag: string | undefined,
  arch: Arch,
  layout: string,
): Descriptor {
  const tagged = manifests.filter(
    ({ annotations }) => tag === undefined || isTag(annotations?.[tagKey], tag),
  );
  const fitting = tagged.filter(
    ({ platform }) => !platform || (platform.os === 'linux' && platform.architecture === debianArch(arch)),
  );
  const [first, ...more] = fitting;
  const what = `${tag === undefined ? '' : `tag ${tag} `}for ${debianArch(arch)}`;
  if (!first) throw refused(layout, `has no image ${what}`);
  if (more.length === 0) return first;
  const tags = fitting.flatMap(({ annotations }) => annotations?.[tagKey] ?? []);
  throw refused(
    layout,
    `holds ${fitting.length} images ${what}; name a tag (${tags.join(', ') || 'none has one'})`,
  );
}

/** Some tools write the whole reference where others write the tag alone. */
function isTag(name: string | undefined, tag: string): boolean {
  return name === tag || name?.endsWith(`:${tag}`) === true;
}

function isIndex({ mediaType }: Descriptor, text: Buffer, file: string): boolean {
  if (mediaType) return /\.image\.index\.|manifest\.list\./.test(mediaType);
  return 'manifests' in parseJson(Type.Object({}), text, file);
}

function checkDigest(file: string, bytes: Buffer, { digest }: Descriptor): void {
  const [algorithm = '', expected] = digest.split(':');
  const found = createHash(algorithm).update(bytes).digest('hex');
  if (found !== expected) throw refused(file, `hashes to ${found}`);
}

function refused(what: string, problem: string): InterlockError {
  return new InterlockError('bad_input', { what, problem });
}
