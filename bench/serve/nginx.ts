import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type MeasuredServer, spawnMeasured } from '../support/server-process.ts';

const installed = '/usr/sbin/nginx';
const unpacked = join(import.meta.dirname, '../../.cache/tools/nginx', installed);

/** nginx as Debian ships its settings, one process, serving `folder`. */
export async function startNginx(
  dir: string,
  folder: string,
  sendfile: 'on' | 'off',
): Promise<MeasuredServer> {
  const port = await freePort();
  const file = join(dir, `nginx-${sendfile}.conf`);
  await mkdir(join(dir, 'tmp'), { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(dir, 'tmp', kind)};`,
  );
  await writeFile(
    file,
    `daemon off; master_process off; pid ${join(dir, `nginx-${sendfile}.pid`)}; error_log stderr;
     events { worker_connections 768; }
     http { sendfile ${sendfile}; tcp_nopush on; types_hash_max_size 2048; access_log off;
       default_type application/octet-stream; ${temporary.join(' ')}
       server { listen 127.0.0.1:${port}; root ${folder}; } }\n`,
  );
  const program = existsSync(installed) ? installed : unpacked;
  return spawnMeasured(`http://127.0.0.1:${port}`, program, '-c', file, '-e', 'stderr');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
