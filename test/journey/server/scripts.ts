import { nodeInGuest, programAt } from './program-disk.ts';

/** Where the server listens inside. */
export const portInGuest = 8080;
/** Where systemd in the guest lays the credentials that it was given. */
export const onlineKeysFolder = '/run/credentials/@system';

const [program, data, log] = ['/run/program', '/run/data', '/run/update-server.log'];

/** Mounts both disks, the journal of one being replayed if need be, and waits until the server listens. */
export function startScript(flags: readonly string[]): string {
  const { command, env } = programAt(program);
  const variables = Object.entries(env).map(([name, value]) => `--setenv=${name}=${value}`);
  const output = `-p StandardOutput=file:${log} -p StandardError=file:${log}.err`;
  const listen = `--listen 0.0.0.0:${portInGuest} --behind-proxy`;
  return `
set -e
disk() { grep -l "^$1$" /sys/block/vd*/serial | cut -d/ -f4; }
mkdir -p ${program} ${data}
mount -o ro /dev/$(disk program) ${program}
mount -t ext4 /dev/$(disk data) ${data}
systemd-run --quiet --unit=update-server ${output} ${variables.join(' ')} \\
    ${command} serve --data ${data}/server ${listen} ${flags.join(' ')}
until grep -qs '^listening on' ${log}; do
    sleep 0.2
    systemctl --quiet is-active update-server || { cat ${log}*; exit 1; }
done
cat ${log}
`;
}

/** Has SQLite read the whole database. */
export const checkScript = `${nodeInGuest} -e '
const Database = require("${program}/node_modules/better-sqlite3");
const db = new Database("${data}/server/interlock.db", { readonly: true });
console.log(db.pragma("integrity_check", { simple: true }));
'`;
