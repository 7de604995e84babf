import type Database from 'better-sqlite3';
import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import { type Channel, parseChannel } from '../../../protocol/documents/channel.ts';
import type { RepositoryStore } from '../interface/repository.ts';

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
    forgetChannels: () => known.clear(),
    metadataFile: async (name) => metadata.get(name),
    targetFile: async (path) => target.get(path),
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
  };
}
