import { createHash, type KeyObject } from 'node:crypto';
import { Metadata, MetadataKind, Signature, Snapshot, Timestamp } from '@tufjs/models';
import { expiresAt } from '../../../protocol/documents/trust.ts';
import { signBytes } from '../../../protocol/formats/keys/signature.ts';
import { invalid, parseRoot, refusing } from '../../../system/tuf/parse-role.ts';
import { verifyBy } from '../../../system/tuf/verify-by.ts';
import type { OnlineKeys } from './online-keys.ts';
import { readRoles, type SignedDocument } from './signed-roles.ts';
import type { Published, RepositoryState } from './state.ts';

type Signed = Pick<Published, 'state' | 'files' | 'answer'>;

/** Signs the next snapshot of the present roles and a timestamp for it, and checks both against root. */
export function signOnline(state: RepositoryState, online: OnlineKeys, now: Date): Signed {
  const version = snapshotVersion(state) + 1;
  const meta = Object.fromEntries(
    [...readRoles(state.roles).targets].map(([role, { text, parsed }]) => [
      `${role}.json`,
      describe(parsed.signed.version, text),
    ]),
  );
  const fields = { version, spec_version: '1.0.31', expires: expiresAt('snapshot', now) };
  const snapshot = Snapshot.fromJSON({ _type: 'snapshot', ...fields, meta });
  const text = seal('snapshot', new Metadata(snapshot), online.snapshot, state);
  const rest = signTimestamp({ ...state, snapshot: text }, online, now);
  return { ...rest, files: { [`${version}.snapshot.json`]: text, ...rest.files } };
}

/** Signs a timestamp for the present snapshot. */
export function signTimestamp(state: RepositoryState, online: OnlineKeys, now: Date): Signed {
  const version = state.timestamp === undefined ? 1 : parseTimestamp(state.timestamp).signed.version + 1;
  const snapshot = presentSnapshot(state);
  const timestamp = Timestamp.fromJSON({
    _type: 'timestamp',
    version,
    spec_version: '1.0.31',
    expires: expiresAt('timestamp', now),
    meta: { 'snapshot.json': describe(snapshot.parsed.signed.version, snapshot.text) },
  });
  const text = seal('timestamp', new Metadata(timestamp), online.timestamp, state);
  return {
    state: { ...state, timestamp: text },
    files: { 'timestamp.json': text },
    answer: { snapshot: snapshot.parsed.signed.version, timestamp: version },
  };
}

/** Reads a snapshot, or says `metadata_invalid`. */
export function parseSnapshot(text: string): Metadata<Snapshot> {
  return refusing('snapshot', () => Metadata.fromJSON(MetadataKind.Snapshot, JSON.parse(text)));
}

function parseTimestamp(text: string): Metadata<Timestamp> {
  return refusing('timestamp', () => Metadata.fromJSON(MetadataKind.Timestamp, JSON.parse(text)));
}

function presentSnapshot({ snapshot }: RepositoryState): SignedDocument<Metadata<Snapshot>> {
  if (snapshot === undefined) throw invalid('snapshot', 'is missing');
  return { text: snapshot, parsed: parseSnapshot(snapshot) };
}

function snapshotVersion(state: RepositoryState): number {
  return state.snapshot === undefined ? 0 : parseSnapshot(state.snapshot).signed.version;
}

function seal(
  role: 'snapshot' | 'timestamp',
  metadata: Metadata<Snapshot> | Metadata<Timestamp>,
  key: KeyObject,
  state: RepositoryState,
): string {
  metadata.sign((bytes) => {
    const { keyid, sig } = signBytes(key, bytes);
    return new Signature({ keyID: keyid, sig });
  });
  if (state.roles.root === undefined) throw invalid('root', 'is missing');
  verifyBy(parseRoot(state.roles.root), role, metadata);
  return JSON.stringify(metadata.toJSON());
}

function describe(version: number, text: string) {
  const bytes = Buffer.from(text);
  return {
    version,
    length: bytes.length,
    hashes: { sha256: createHash('sha256').update(bytes).digest('hex') },
  };
}
