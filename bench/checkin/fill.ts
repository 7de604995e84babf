import { hash } from 'node:crypto';
import { hashSecret } from '../../update-server/auth/secret.ts';
import { openDatabase } from '../../update-server/store/sqlite/open.ts';
import { channel as channelOf } from './channel.ts';

/** Puts `count` enrolled hosts and a channel whose head they run into a data folder; the secret of host n is `secret-n`. */
export function fillHosts(dataDir: string, count: number, now: Date): void {
  const db = openDatabase(dataDir);
  db.pragma('synchronous = OFF');
  const at = now.toISOString();
  const said = `core 1.0 x86-64 stable web ${'a'.repeat(64)} `;
  const insert = db.prepare(
    `INSERT INTO enrolled_host (id, credential_hash, machine_id, hostname, name, arch, enrolled, channel, grp, version,
       boot_id, root_hash, boots, said)
     VALUES (?, ?, ?, ?, 'core', 'x86-64', ?, 'stable', 'web', '1.0', ?, ?, ?, ?)`,
  );
  const see = db.prepare(
    `INSERT INTO sighting (host, last_seen, seen_ms, at, decision) VALUES (?, ?, 0, 'idle', 'up_to_date')`,
  );
  const fill = db.transaction(() => {
    for (let n = 0; n < count; n++) {
      const machine = hash('md5', `${n}`);
      const [id, boot] = [idOf(machine), bootOf(n)];
      const boots = JSON.stringify([boot]);
      const rootHash = 'a'.repeat(64);
      const { lastInsertRowid } = insert.run(
        ...[id, hashSecret(`secret-${n}`), machine, `web-${n}`, at, boot, rootHash, boots, said],
      );
      see.run(lastInsertRowid, at);
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

/** The boot id of host n before the first check-in of a run. */
export function bootOf(host: number): string {
  return idOf(hash('md5', `boot ${host}`));
}

function idOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
