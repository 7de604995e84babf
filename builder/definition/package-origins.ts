import { type Static, Type } from 'typebox';
import { Sha256, strict } from '../../protocol/schema/schema.ts';

/** A part of Debian's archive. */
export const Component = Type.String({
  pattern: '^[a-z][a-z0-9.-]*$',
  meaning: 'must be the name of a component, as in "non-free-firmware"',
});

/** A path relative to the folder of the image.toml that names it. */
export const RelativePath = Type.String({
  pattern: '^[^/\\0][^\\0]*$',
  meaning: 'must be a path relative to the folder of this image.toml',
});
const hashMeaning = 'must be 64 hexadecimal digits in lower case, as sha256sum prints them';

const SourceHash = {
  ...Sha256,
  meaning: hashMeaning,
  description: 'SHA-256 of the tar file, or of the image’s manifest. Anything else is refused.',
};
/** One tree from elsewhere. */
export const Source = Type.Union([
  strict({
    tar: { ...RelativePath, description: 'A tar file: plain, gzip or zstd.' },
    sha256: Type.Optional(SourceHash),
  }),
  strict({
    oci: { ...RelativePath, description: 'A folder that is an OCI image layout, in place of `tar`.' },
    tag: Type.Optional(
      Type.String({ description: 'Which image of the layout to take; needed if it has several.' }),
    ),
    sha256: Type.Optional(SourceHash),
  }),
]);

/** A tree from elsewhere, as image.toml says it. */
export type Source = Static<typeof Source>;

/** One more repository of packages. */
export const Repository = strict({
  folder: Type.Optional({
    ...RelativePath,
    description:
      'A folder of `.deb` files, which take precedence over all other repositories. The lock records the hash of each file.',
  }),
  suite: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9.][A-Za-z0-9._/-]*$',
      meaning: 'must be the name of a suite, as in "trixie-backports"',
      description:
        'Another suite, such as `trixie-backports`, on the image’s mirror or at `url`. A suite that ends with `/` is a flat repository without components.',
    }),
  ),
  url: Type.Optional(
    Type.String({
      description: 'Address of a repository that is signed with `key`; it must not contain a login.',
    }),
  ),
  components: list(
    Component,
    'Components of this repository. Default: `["main"]` for a `url`, the image’s own for the mirror.',
  ),
  key: Type.Optional({
    ...RelativePath,
    description: 'File with the OpenPGP keys that sign the repository at `url`.',
  }),
  key_sha256: Type.Optional({
    ...Sha256,
    meaning: hashMeaning,
    description: 'SHA-256 of the file `key`. Anything else is refused.',
  }),
});
/** More packages than the image's suite has, as image.toml says it. */
export type Repository = Static<typeof Repository>;

/** A key that may be missing and holds several values. */
export function list<T extends Parameters<typeof Type.Array>[0]>(items: T, description: string) {
  return Type.Optional(Type.Array(items, { description }));
}
