import { type Static, Type } from 'typebox';
import { Count, parseJson, problemOf, Sha256, strict, Time, Word } from '../schema/schema.ts';

const Id = Type.String({ minLength: 1, maxLength: 128 });

/** One place taken. `nonce` is new with every acquire, so that an answer can only be about this attempt. */
export const Holder = strict({
  host: Id,
  /** Boot id at acquire: only another one, healthy, releases. */
  boot: Id,
  nonce: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  since: Time,
  /** Root hash of what the host is about to boot. */
  release: Sha256,
});
export type Holder = Static<typeof Holder>;

/** How a release fares: hosts it is good on, and hosts it failed on with the reason. */
export const Record = strict({
  ok: Count,
  failed: Type.Record(Id, Type.String({ maxLength: 256 })),
});

/** The value of a group's key in etcd; it changes only by compare-and-swap on `mod_revision`. */
export const LockValue = strict({
  format: Type.Literal(1),
  slots: Count,
  holders: Type.Array(Holder),
  /** By root hash; at most `maxReleases` entries of `maxFailed` hosts. */
  releases: Type.Record(Sha256, Record),
});
export type LockValue = Static<typeof LockValue>;

/** Releases that a lock remembers. */
export const maxReleases = 8;
/** Failed hosts that a lock remembers for each release. */
export const maxFailed = 32;

/** Where the groups' keys lie in etcd. */
export const lockPrefix = '/interlock/groups/';

/** The etcd key of a group. */
export function lockKey(group: string): string {
  return `${lockPrefix}${group}/lock`;
}

/** The group whose key it is, if it is one: other keys can stand beside them. */
export function groupOf(key: string): string | undefined {
  const group = key.slice(lockPrefix.length, -'/lock'.length);
  return key === lockKey(group) && !problemOf(Word, group) ? group : undefined;
}

/** Reads the lock of a group. */
export function parseLockValue(text: string): LockValue {
  return parseJson(LockValue, text, 'lock value');
}
