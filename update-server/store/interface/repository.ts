import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import type { NamedPolicy } from '../../domain/rollout/start.ts';
import type { Published, RepositoryState } from '../../domain/tuf/state.ts';
import type { NewAudit } from './audit.ts';

/** A publication or a renewal as it becomes visible: all of it in one transaction, or nothing. */
export interface Publication extends Pick<Published, 'state' | 'files' | 'targets' | 'channels'> {
  /** The revision this was computed from; another one now means that another writer came first. */
  basedOn: number;
  releases: { sha256: string; release: Release }[];
  /** What rollouts of new heads follow; otherwise their channels' own policy. */
  policy?: NamedPolicy | undefined;
  /** When they start, if not now. */
  starts?: string | undefined;
  audit?: NewAudit;
}

/** Bytes that were announced and may be uploaded, or that a release names. */
export interface BlobInfo {
  sha256: string;
  size: number;
}

/** A published blob as the check of all blobs sees it. */
export interface CheckedBlob extends BlobInfo {
  /** When its bytes were last found right here; null when they never were. */
  checked: string | null;
  /** `<name>/<version>/<arch>` of a release whose payload it is, which no host can write without it; null for a list of parts. */
  release: string | null;
}

/** Signed metadata, target files and what they say. */
export interface RepositoryStore {
  repository(): Promise<{ revision: number; state: RepositoryState }>;
  /** False when `basedOn` is not the present revision any more; nothing is written then. */
  publish(publication: Publication, now: string): Promise<boolean>;
  metadataFile(name: string): Promise<string | undefined>;
  targetFile(path: string): Promise<string | undefined>;
  channel(name: string, channel: string): Promise<Channel | undefined>;
  /** Of one image, or of all. */
  channels(name?: string): Promise<Channel[]>;
  releases(): Promise<ReleaseSummary[]>;
  /** The blob, when a published release names it. */
  publishedBlob(sha256: string): Promise<BlobInfo | undefined>;
  /** Blobs that published releases name, those never uploaded included. */
  publishedBytes(): Promise<{ blobs: number; bytes: number }>;
  /** Every blob that a release names, the one checked longest ago first. */
  blobsToCheck(): Promise<CheckedBlob[]>;
  blobChecked(sha256: string, now: string): Promise<void>;
  announce(blobs: BlobInfo[], now: string): Promise<void>;
  announcedBlob(sha256: string): Promise<BlobInfo | undefined>;
}
