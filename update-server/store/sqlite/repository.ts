import type Database from 'better-sqlite3';
import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import { type Channel, parseChannel } from '../../../protocol/documents/channel.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import type { NamedPolicy } from '../../domain/rollout/start.ts';
import type { RepositoryState } from '../../domain/tuf/state.ts';
import type { BlobInfo, CheckedBlob, RepositoryStore } from '../interface/repository.ts';
import type { AddAudit, Facts } from './audit.ts';
import type { Write } from './group-commit.ts';
import { storedJson } from './stored-json.ts';

/** Signed metadata, target files and what they say, in the form that requests ask for. */
export function repositoryStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  follow: (channel: Channel, policy: NamedPolicy | undefined, now: string) => void,
): RepositoryStore & { channelOf(name: string, channel: string): Channel | undefined } {
  const channelCache = new Map<string, Channel | undefined>();
  const select = db.prepare<[], { revision: number; state: string }>(
    'SELECT revision, state FROM repository',
  );
  const advance = db.prepare(
    'UPDATE repository SET revision = revision + 1, state = ? WHERE id = 1 AND revision = ?',
  );
  const putMetadata = db.prepare('INSERT OR REPLACE INTO metadata_file VALUES (?, ?)');
  const putTarget = db.prepare('INSERT OR REPLACE INTO target_file VALUES (?, ?)');
  const putChannel = db.prepare('INSERT OR REPLACE INTO channel VALUES (?, ?, ?)');
  const putRelease = db.prepare('INSERT OR REPLACE INTO release VALUES (?, ?, ?, ?, ?, ?)');
  const putPublished = db.prepare('INSERT OR IGNORE INTO published_blob VALUES (?, ?)');
  const putAnnounced = db.prepare('INSERT OR REPLACE INTO announced_blob VALUES (?, ?, ?)');
  const metadata = db.prepare<[string], string>('SELECT content FROM metadata_file WHERE name = ?').pluck();
  const target = db.prepare<[string], string>('SELECT content FROM target_file WHERE path = ?').pluck();
  const document = db
    .prepare<[string, string], string>('SELECT document FROM channel WHERE name = ? AND channel = ?')
    .pluck();
  const documents = db
    .prepare<[string], string>('SELECT document FROM channel WHERE name = ? ORDER BY channel')
    .pluck();
  const releases = db.prepare<[], Omit<ReleaseSummary, 'channels'>>(
    'SELECT name, version, arch, sha256, published FROM release ORDER BY name, published DESC, version, arch',
  );
  const heads = db.prepare<[], { name: string; channel: string; version: string }>(
    "SELECT name, channel, document ->> '$.head.version' AS version FROM channel ORDER BY channel",
  );
  const published = db.prepare<[string], BlobInfo>('SELECT * FROM published_blob WHERE sha256 = ?');
  const toCheck = db.prepare<[], CheckedBlob>(
    `WITH payload (sha256, release) AS (
       SELECT part.value ->> '$.sha256', min(substr(target_file.path, 1, length(target_file.path) - 78))
       FROM target_file, json_each(CASE WHEN json_valid(content) THEN content ELSE '{}' END, '$.payloads') AS part
       WHERE target_file.path LIKE '%.release.json' GROUP BY 1
     )
     SELECT published_blob.sha256, size, checked, release FROM published_blob
       LEFT JOIN blob_check USING (sha256) LEFT JOIN payload USING (sha256) ORDER BY checked`,
  );
  const putChecked = db.prepare('INSERT OR REPLACE INTO blob_check VALUES (?, ?)');
  const allPublished = db.prepare<[], { blobs: number; bytes: number }>(
    'SELECT count(*) AS blobs, coalesce(sum(size), 0) AS bytes FROM published_blob',
  );
  const announced = db.prepare<[string], BlobInfo>(
    'SELECT sha256, size FROM announced_blob WHERE sha256 = ?',
  );

  function readChannel(name: string, channel: string): Channel | undefined {
    const key = `${name}/${channel}`;
    if (channelCache.has(key)) return channelCache.get(key);
    const text = document.get(name, channel);
    if (!text) return undefined;
    const parsed = parseChannel(text);
    channelCache.set(key, parsed);
    return parsed;
  }

  return {
    channelOf: readChannel,
    repository: async () => {
      const row = select.get()!;
      return { revision: row.revision, state: storedJson<RepositoryState>(row.state, 'the repository') };
    },
    publish: (publication, now) =>
      write(() => {
        const { basedOn, state, files, targets } = publication;
        if (advance.run(JSON.stringify(state), basedOn).changes === 0) return false;
        const before = publication.channels.map((entry) => readChannel(entry.name, entry.channel));
        for (const [name, text] of Object.entries(files)) putMetadata.run(name, text);
        for (const [path, text] of Object.entries(targets)) putTarget.run(path, text);
        for (const entry of publication.channels) {
          putChannel.run(entry.name, entry.channel, JSON.stringify(entry));
          follow(entry, publication.policy, now);
        }
        for (const { sha256, release } of publication.releases) {
          const { name, version, arch, root } = release;
          putRelease.run(name, version, arch, sha256, now, root.verity.rootHash);
          for (const blob of blobsOf(release)) putPublished.run(blob.sha256, blob.size);
        }
        if (publication.audit) {
          addAudit(publication.audit, headsOf(before), headsOf(publication.channels));
        }
        channelCache.clear();
        return true;
      }),
    metadataFile: async (name) => metadata.get(name),
    targetFile: async (path) => target.get(path),
    channel: async (name, channel) => readChannel(name, channel),
    channels: async (name) => documents.all(name).map((text) => parseChannel(text)),
    releases: async () => {
      const named = heads.all();
      return releases.all().map((release) => ({
        ...release,
        channels: named
          .filter((head) => head.name === release.name && head.version === release.version)
          .map((head) => head.channel),
      }));
    },
    publishedBlob: async (sha256) => published.get(sha256),
    publishedBytes: async () => allPublished.get()!,
    blobsToCheck: async () => toCheck.all(),
    blobChecked: (sha256, now) => write(() => void putChecked.run(sha256, now)),
    announce: (blobs, now) =>
      write(() => {
        for (const { sha256, size } of blobs) putAnnounced.run(sha256, size, now);
      }),
    announcedBlob: async (sha256) => announced.get(sha256),
  };
}

/** What each channel points to. */
function headsOf(channels: readonly (Channel | undefined)[]): Facts {
  const found = channels.filter((channel) => channel !== undefined);
  if (found.length === 0) return null;
  return Object.fromEntries(
    found.map(({ name, channel, serial, head }) => [`${name}/${channel}`, { version: head.version, serial }]),
  );
}

function blobsOf(release: Release): BlobInfo[] {
  return [...release.payloads, release.packagesLock, release.sbom];
}
