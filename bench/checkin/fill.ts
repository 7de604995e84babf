import { hashSecret } from '../../update-server/secret.ts';
import { openDatabase } from '../../update-server/store/sqlite/open.ts';
import { channel as channelOf } from './channel.ts';

/** Puts `count` enrolled hosts and a channel whose head they run into a data folder; the secret of host n is `secret-n`. */
export function fillHosts(dataDir: string, count: number, now: Date): void {
  const db = openDatabase(dataDir);
  db.pragma('synchronous = OFF');
  const at = now.toISOString();
  const insert = db.prepare(
    `INSERT INTO host (id, credential_hash, machine_id, hostname, name, arch, enrolled, channel, grp, version, at,
       boot_id, root_hash, boots, last_seen, decision)
     VALUES (?, ?, ?, ?, 'core', 'x86-64', ?, 'stable', 'web', '1.0', 'idle', 'boot-one', ?, '["boot-one"]', ?, 'up_to_date')`,
  );
  const fill = db.transaction(() => {
    for (let n = 0; n < count; n++) {
      const id = `host-${String(n).padStart(8, '0')}`;
      insert.run(id, hashSecret(`secret-${n}`), '0'.repeat(32), `web-${n}`, at, 'a'.repeat(64), at);
    }
    db.prepare('INSERT INTO channel VALUES (?, ?, ?)').run(
      'core',
      'stable',
      JSON.stringify(channelOf('1.0')),
    );
  });
  fill();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
