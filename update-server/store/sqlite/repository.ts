import type Database from 'better-sqlite3';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { publishedFiles } from '../../../protocol/documents/release-files.ts';
import type { RepositoryState } from '../../domain/tuf/state.ts';
import type { Publication, RepositoryStore } from '../interface/repository.ts';
import type { AddAudit, Facts } from './audit.ts';
import type { Write } from './group-commit.ts';
import type { SignedFiles } from './signed-files.ts';
import { storedJson } from './stored-json.ts';

/** What is signed at present, and how a publication replaces it. */
export function repositoryStore(
  db: Database.Database,
  write: Write,
  addAudit: AddAudit,
  { channelOf, forgetChannels }: Pick<SignedFiles, 'channelOf' | 'forgetChannels'>,
  follow: (channel: Channel, by: Pick<Publication, 'policy' | 'starts'>, now: string) => void,
): Pick<RepositoryStore, 'repository' | 'publish'> {
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

  return {
    repository: async () => {
      const row = select.get()!;
      return { revision: row.revision, state: storedJson<RepositoryState>(row.state, 'the repository') };
    },
    publish: (publication, now) =>
      write(() => {
        const { basedOn, state, files, targets } = publication;
        if (advance.run(JSON.stringify(state), basedOn).changes === 0) return false;
        const before = publication.channels.map((entry) => channelOf(entry.name, entry.channel));
        for (const [name, text] of Object.entries(files)) putMetadata.run(name, text);
        for (const [path, text] of Object.entries(targets)) putTarget.run(path, text);
        for (const entry of publication.channels) {
          putChannel.run(entry.name, entry.channel, JSON.stringify(entry));
          follow(entry, publication, now);
        }
        for (const { sha256, release } of publication.releases) {
          const { name, version, arch, root } = release;
          putRelease.run(name, version, arch, sha256, now, root.verity.rootHash);
          for (const blob of publishedFiles(release)) putPublished.run(blob.sha256, blob.size);
        }
        if (publication.audit) {
          addAudit(publication.audit, headsOf(before), headsOf(publication.channels));
        }
        forgetChannels();
        return true;
      }),
  };
}

/** What each channel points to, and its other rules by version. */
function headsOf(channels: readonly (Channel | undefined)[]): Facts {
  const found = channels.filter((channel) => channel !== undefined);
  if (found.length === 0) return null;
  return Object.fromEntries(
    found.map(({ name, channel, serial, head, floors, minimum, blocked, withdrawn }) => [
      `${name}/${channel}`,
      {
        ...{ version: head.version, serial, minimum },
        floors: floors.map(({ version }) => version),
        blocked: blocked.map(({ version, reason }) => `${version} (${reason})`),
        withdrawn: withdrawn.map(({ version, to, reason }) => `${version} to ${to} (${reason})`),
      },
    ]),
  );
}
