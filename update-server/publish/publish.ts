import type { TokenInfo } from '../../protocol/api/operator.ts';
import type { PublishAnswer, PublishRequest } from '../../protocol/api/publish.ts';
import { parseRelease, type Release } from '../../protocol/documents/release.ts';
import { releaseTarget, targetFile } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { auditLine } from '../auth/audit-line.ts';
import type { Blobs } from '../blobs/files.ts';
import { choosePolicy } from '../domain/rollout/policies.ts';
import { applyPublish } from '../domain/tuf/apply-publish.ts';
import type { OnlineKeys } from '../domain/tuf/online-keys.ts';
import { readDocuments } from '../domain/tuf/read-documents.ts';
import { readRoles } from '../domain/tuf/signed-roles.ts';
import type { Published, RepositoryState } from '../domain/tuf/state.ts';
import type { Store } from '../store/interface/store.ts';
import { commitSigned } from './commit-signed.ts';

/** Where publications are checked, signed and kept. */
export interface PublishNeeds {
  store: Store;
  blobs: Blobs;
  /** Missing until the keys of `snapshot` and `timestamp` were given once; nothing can be published then. */
  onlineKeys: OnlineKeys | undefined;
  now(): Date;
}

/**
 * Makes a publication visible: checked against what is shown now, its blobs counted, then one transaction.
 * Throws `server_unready` without online keys, `upload_incomplete`, and what `applyPublish` throws.
 */
export async function publish(
  needs: PublishNeeds,
  request: PublishRequest,
  publisher: TokenInfo,
): Promise<PublishAnswer> {
  const { store, blobs, onlineKeys } = needs;
  if (!onlineKeys) {
    throw new InterlockError('server_unready', {
      problem: 'no online keys; start once with --online-keys',
    });
  }
  const now = needs.now();
  const documentsOf = ({ roles }: RepositoryState) =>
    readDocuments(readRoles(roles), (file) => store.targetFile(file));
  const { answer } = await commitSigned(store, now, async (state) => {
    const published = applyPublish(state, request, onlineKeys, now, await documentsOf(state));
    const promoted = request.action === 'promote' ? await headsOf(store, published.channels) : [];
    await requireBlobs(blobs, [...published.releases, ...promoted]);
    return {
      ...published,
      policy: request.policy === undefined ? undefined : choosePolicy(request.policy),
      // with as many digits as every other time: texts are compared
      starts: request.starts && new Date(request.starts).toISOString(),
      releases: published.releases.map((release) => ({ release, sha256: hashOf(published, release) })),
      audit: auditLine(
        publisher,
        now,
        request.action,
        { kind: 'image', id: request.name },
        describe(published),
      ),
    };
  });
  return answer;
}

async function requireBlobs(blobs: Blobs, releases: Release[]): Promise<void> {
  for (const { version, payloads } of releases) {
    let missing = 0;
    for (const { sha256, size } of payloads) {
      const { received } = await blobs.state(sha256);
      if ((await blobs.verify(sha256)) !== 'whole' || received !== size) missing++;
    }
    if (missing > 0) throw new InterlockError('upload_incomplete', { missing, version });
  }
}

/** A promotion brings no bytes along: those of its heads must be here, or no host of the channel could download them. */
async function headsOf(store: Store, channels: Published['channels']): Promise<Release[]> {
  const files = channels.flatMap(({ name, head }) =>
    Object.entries(head.releases).map(([arch, sha256]) =>
      targetFile(releaseTarget(name, head.version, arch as Release['arch']), sha256),
    ),
  );
  const texts = await Promise.all(files.map((file) => store.targetFile(file)));
  return texts.filter((text) => text !== undefined).map((text) => parseRelease(text));
}

/** The target path carries the hash: `<name>/<version>/<arch>/<sha256>.release.json`. */
function hashOf({ targets }: Published, { name, version, arch }: Release): string {
  const folder = releaseTarget(name, version, arch).replace(/release\.json$/, '');
  const path = Object.keys(targets).find((target) => target.startsWith(folder));
  if (!path) throw new InterlockError('internal', { problem: `no target file in ${folder}` });
  return path.slice(folder.length).split('.')[0]!;
}

function describe({ releases, channels }: Published): string {
  return [
    ...releases.map(({ name, version, arch }) => `release ${name} ${version} ${arch}`),
    ...channels.map(
      ({ name, channel, serial, head }) => `${name}/${channel} ${head.version} serial ${serial}`,
    ),
  ].join(', ');
}
