import type Database from 'better-sqlite3';
import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import { type Channel, parseChannel } from '../../../protocol/documents/channel.ts';
import type { RepositoryStore } from '../interface/repository.ts';

type Described = 'created' | 'imageBytes' | 'updateBytes' | 'rootHash';
type ReleaseRow = Pick<ReleaseSummary, 'name' | 'version' | 'arch' | 'sha256' | 'published'> & {
  [Field in Described]: NonNullable<ReleaseSummary[Field]> | null;
};

/** Reads signed files and what they say; a channel's document, which every check-in asks for, from memory. */
export interface SignedFiles
  extends Pick<RepositoryStore, 'metadataFile' | 'targetFile' | 'channels' | 'releases'> {
  channelOf(name: string, channel: string): Channel | undefined;
  /** After a publication every channel is read again. */
  forgetChannels(): void;
}

/** Prepares the statements. */
export function signedFiles(db: Database.Database): SignedFiles {
  const known = new Map<string, Channel>();
  /** What was published changes by a publication only. */
  let listed: ReleaseSummary[] | undefined;
  const metadata = db.prepare<[string], string>('SELECT content FROM metadata_file WHERE name = ?').pluck();
  const target = db.prepare<[string], string>('SELECT content FROM target_file WHERE path = ?').pluck();
  const document = db
    .prepare<[string, string], string>('SELECT document FROM channel WHERE name = ? AND channel = ?')
    .pluck();
  const documents = db
    .prepare<[string], string>('SELECT document FROM channel WHERE name = ? ORDER BY channel')
    .pluck();
  const allDocuments = db.prepare<[], string>('SELECT document FROM channel ORDER BY name, channel').pluck();
  const releases = db.prepare<[], ReleaseRow>(
    `SELECT name, version, arch, release.sha256, published, root_hash AS rootHash, content ->> '$.created' AS created,
       (content ->> '$.root.size') + (content ->> '$.root.verity.size') + (content ->> '$.boot.size') AS imageBytes,
       (SELECT value ->> '$.size' FROM json_each(content, '$.payloads') WHERE value ->> '$.from' IS NULL) AS updateBytes
     FROM release LEFT JOIN target_file ON json_valid(content)
       AND path = name || '/' || version || '/' || arch || '/' || release.sha256 || '.release.json'
     ORDER BY name, published DESC, version, arch`,
  );
  return {
    channelOf(name, channel) {
      const key = `${name}/${channel}`;
      const found = known.get(key);
      if (found) return found;
      const text = document.get(name, channel);
      if (!text) return undefined;
      const parsed = parseChannel(text);
      known.set(key, parsed);
      return parsed;
    },
    forgetChannels() {
      known.clear();
      listed = undefined;
    },
    metadataFile: async (name) => metadata.get(name),
    targetFile: async (path) => target.get(path),
    channels: async (name) =>
      (name === undefined ? allDocuments.all() : documents.all(name)).map((text) => parseChannel(text)),
    releases: async () => {
      listed ??= list();
      return listed;
    },
  };

  function list(): ReleaseSummary[] {
    const channels = allDocuments.all().map((text) => parseChannel(text));
    return releases.all().map((row) => {
      const of = channels.filter(({ name }) => name === row.name);
      const blocks = of.filter(({ blocked }) => blocked.some(({ version }) => version === row.version));
      return {
        ...withoutNulls(row),
        channels: of.filter(({ head }) => head.version === row.version).map(({ channel }) => channel),
        blockedIn: blocks.map(({ channel }) => channel),
      };
    });
  }
}

/** What a damaged `release.json` does not say is left out. */
function withoutNulls({ created, imageBytes, updateBytes, rootHash, ...row }: ReleaseRow) {
  return {
    ...row,
    ...(created === null ? {} : { created }),
    ...(imageBytes === null ? {} : { imageBytes }),
    ...(updateBytes === null ? {} : { updateBytes }),
    ...(rootHash === null ? {} : { rootHash }),
  };
}
