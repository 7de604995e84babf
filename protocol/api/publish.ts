import { type Static, Type } from 'typebox';
import { Bytes, Count, Sha256, strict, Time, Word } from '../schema/schema.ts';
import { PolicyChoice } from './rollout.ts';

/** One blob of an upload: `PUT /v1/blobs/<sha256>` takes its bytes, from `received` on. */
export const BlobState = strict({ sha256: Sha256, size: Bytes, received: Bytes });
export type BlobState = Static<typeof BlobState>;

/** `POST /v1/blobs/wanted`: which of these blobs are not here yet, and how much of each. */
export const WantedRequest = strict({
  blobs: Type.Array(strict({ sha256: Sha256, size: Bytes }), { maxItems: 256 }),
});
export const WantedAnswer = strict({ wanted: Type.Array(BlobState) });

/** Signed TUF metadata as text, so that not one byte of what was signed is lost on the way. */
const SignedRole = strict({
  role: Type.String({ pattern: '^(root|targets|releases|(channel|brake)-[a-z0-9.-]+)$' }),
  /** The version the signer saw, otherwise 409; 0 for a role that did not exist. */
  replaces: Count,
  json: Type.String({ maxLength: 8 * 1024 * 1024 }),
});

/** `POST /v1/publish`: everything becomes visible in one transaction, or nothing does. */
export const PublishRequest = strict({
  roles: Type.Array(SignedRole, { minItems: 1, maxItems: 512 }),
  /** Target files as text: `release.json` and channel documents, by TUF target path. */
  targets: Type.Record(Type.String(), Type.String({ maxLength: 1024 * 1024 })),
  /** What the audit log says about it. */
  action: Type.Enum(['publish', 'promote', 'rollback', 'channel', 'brake', 'init', 'renew']),
  name: Word,
  /** What the rollouts of new heads follow; otherwise their channels' own policy. */
  policy: Type.Optional(PolicyChoice),
  /** When the rollouts of new heads start; at once without it. */
  starts: Type.Optional(Time),
});
export type PublishRequest = Static<typeof PublishRequest>;
export const PublishAnswer = strict({ snapshot: Type.Integer(), timestamp: Type.Integer() });
export type PublishAnswer = Static<typeof PublishAnswer>;

/** Where the server shows TUF metadata, TUF targets and blobs; all three are plain files for a mirror or CDN. */
export const paths = {
  metadata: '/v1/tuf/metadata',
  targets: '/v1/tuf/targets',
  blobs: '/v1/blobs',
} as const;
