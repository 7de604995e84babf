import type { PublishAnswer } from '../../../protocol/api/publish.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { Release } from '../../../protocol/documents/release.ts';

/** Everything signed that the server shows at one moment: what the store keeps between two publications. */
export interface RepositoryState {
  /** Newest metadata text of `root`, `targets` and every delegated role. */
  roles: Record<string, string>;
  snapshot?: string;
  timestamp?: string;
}

/** What one publication changes; the store makes all of it visible in one transaction. */
export interface Published {
  state: RepositoryState;
  /** Metadata texts by file name under `paths.metadata`: `3.root.json`, `timestamp.json`. */
  files: Record<string, string>;
  /** Target texts by file name under `paths.targets`: `<folder>/<sha256>.release.json`. */
  targets: Record<string, string>;
  /** The `release.json`s among the targets; their payloads must be among the blobs, else `upload_incomplete`. */
  releases: Release[];
  channels: Channel[];
  answer: PublishAnswer;
}
