import { type Static, Type } from 'typebox';
import { Arch, Count, orNull, strict, Version, Word } from '../schema/schema.ts';

/** How a package's version is compared with the given one. */
export const Comparison = Type.Enum(['<', '<=', '=', '>=', '>']);
export type Comparison = Static<typeof Comparison>;

const release = { name: Word, version: Version, arch: Arch, hosts: Count };

/** `GET /v1/fleet/affected?package=openssl&is=<&version=3.0.17`: which releases have such a package, and how many hosts run each. */
export const AffectedAnswer = strict({
  /** Hosts that run one of the releases; of `all` that have said what they run. */
  hosts: Count,
  all: Count,
  releases: Type.Array(
    strict({
      ...release,
      /** Channels that name it as their head. */
      channels: Type.Array(Word),
      /** The packages that fit: the one asked for, or those built from the source of that name. */
      packages: Type.Array(strict({ package: Type.String(), version: Type.String() })),
    }),
  ),
  /** Versions that hosts run and nothing is known of, with the reason. */
  unknown: Type.Array(strict({ ...release, arch: orNull(Arch), problem: Type.String() })),
});
export type AffectedAnswer = Static<typeof AffectedAnswer>;
