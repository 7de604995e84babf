import type { PolicyChoice } from '../../protocol/api/rollout.ts';
import { releasesRole, releaseTarget } from '../../protocol/documents/trust.ts';
import type { TargetsDocument } from '../metadata/document.ts';
import { namesTarget, sha256Of } from '../metadata/name-targets.ts';
import { checkRelease, type LoadedRelease } from '../release/check-release.ts';
import type { Show } from '../request/describe/show-change.ts';
import { withHead } from './change/channel-document.ts';
import { requireChannel } from './change/require-channel.ts';
import { joinChanges, signChannel, signTargets } from './change/sign-change.ts';
import { type Change, type Present, submit } from './change/submit.ts';
import { readChannel } from './repository/read-channel.ts';
import type { PublishServer } from './repository/server.ts';
import { uploadBlobs } from './upload-blobs.ts';

/** The release to publish, its channel, and how that is signed. */
export interface PublishOptions {
  server: PublishServer;
  keysDir: string;
  releaseDir: string;
  channel: string;
  /** What the rollout of the new head follows; else the channel's own. */
  policy?: PolicyChoice | undefined;
  /** When that starts, if not at once. */
  starts?: string | undefined;
  /** File for a signing request, in place of sending. */
  exportTo?: string | undefined;
  /** Called with what is signed, as text. */
  show?: Show | undefined;
  now?: Date;
}

/** What a publication did. */
export interface PublishOutcome {
  name: string;
  version: string;
  channel: string;
  /** False when the server had all of it before. */
  published: boolean;
  /** Bytes of payloads and lists of parts sent by this run. */
  uploaded: number;
}

/**
 * Uploads a release and makes it a channel's head; visible all at once, at the end, or not at all.
 * Cut anywhere and repeated, it continues; repeated when done, it changes nothing.
 */
export async function publish(options: PublishOptions): Promise<PublishOutcome> {
  const { server, keysDir, channel, policy, starts, exportTo, show } = options;
  const { now = new Date() } = options;
  const loaded = await checkRelease(options.releaseDir);
  const { name, version } = loaded.release;
  let uploaded = 0;
  const published = await submit(
    { server, keysDir, name, action: 'publish', policy, starts, exportTo, show, now },
    async (present) => {
      requireChannel(present, channel);
      const named = signRelease(present, loaded, now);
      const before = await readChannel(server, present.repository, name, channel);
      const head = { version, releases: { [loaded.release.arch]: sha256Of(loaded.text) } };
      const pointed = signChannel(present, before, withHead(before, name, channel, head), now);
      uploaded += await uploadBlobs(server, loaded.dir, loaded.release);
      return joinChanges(named, pointed);
    },
  );
  return { name, version, channel, published, uploaded };
}

/** The `releases` metadata that names this release: the server's, else what `sign` made on top of it, else signed now. */
function signRelease(present: Present, { release, text }: LoadedRelease, now: Date): Change | undefined {
  const path = releaseTarget(release.name, release.version, release.arch);
  const theirs = present.repository.roles[releasesRole];
  if (theirs && namesTarget(theirs.parsed.signed, path, text)) return undefined;
  const mine = present.folder.roles[releasesRole];
  const targets = { [path]: text };
  if (mine && addsOnly(mine, theirs, path, text)) return { roles: { [releasesRole]: mine.text }, targets };
  return signTargets(present, releasesRole, targets, now);
}

/** True when my metadata is the successor of theirs and differs by this one release. */
function addsOnly(
  mine: TargetsDocument,
  theirs: TargetsDocument | undefined,
  path: string,
  text: string,
): boolean {
  const after = mine.parsed.signed;
  if (!namesTarget(after, path, text)) return false;
  if (theirs === undefined) return true;
  const before = theirs.parsed.signed;
  const hashes = ({ targets }: typeof after, without?: string) =>
    JSON.stringify(
      Object.keys(targets)
        .filter((key) => key !== without)
        .toSorted()
        .map((key) => [key, targets[key]?.hashes.sha256]),
    );
  return after.version > before.version && hashes(after, path) === hashes(before);
}
