import type Database from 'better-sqlite3';
import type { BlobInfo, CheckedBlob, RepositoryStore } from '../interface/repository.ts';
import type { Write } from './group-commit.ts';

type BlobStore = Pick<
  RepositoryStore,
  'publishedBlob' | 'publishedBytes' | 'blobsToCheck' | 'blobChecked' | 'announce' | 'announcedBlob'
>;

/** Which blobs releases name, which may be uploaded, and when each was last checked. */
export function blobStore(db: Database.Database, write: Write): BlobStore {
  const published = db.prepare<[string], BlobInfo>('SELECT * FROM published_blob WHERE sha256 = ?');
  const allPublished = db.prepare<[], { blobs: number; bytes: number }>(
    'SELECT count(*) AS blobs, coalesce(sum(size), 0) AS bytes FROM published_blob',
  );
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
  const putAnnounced = db.prepare('INSERT OR REPLACE INTO announced_blob VALUES (?, ?, ?)');
  const announced = db.prepare<[string], BlobInfo>(
    'SELECT sha256, size FROM announced_blob WHERE sha256 = ?',
  );
  return {
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
