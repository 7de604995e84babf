import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { openDatabase } from '../update-server/store/sqlite/open.ts';
import type { Measured } from './figure.ts';
import { downloadAtOnce } from './serve/download.ts';
import { startNginx } from './serve/nginx.ts';
import { type MeasuredServer, startMeasured } from './support/server-process.ts';

export const summary =
  'processor time and memory of the server while 8 hosts download one release, beside nginx';

const hosts = 8;
const rounds = 4;
const mebibytes = 256;
const sha256 = 'ab'.repeat(32);
const cli = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** One blob, the same file for all servers, in the kernel's cache; they take turns, so that a busy machine is busy for all. */
export async function* bench(): AsyncGenerator<Measured> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-serve-'));
  const sides: Side[] = [];
  try {
    const data = join(dir, 'data');
    await makeBlob(data);
    const ours = side(
      await startMeasured(cli, 'serve', '--data', data, '--listen', '127.0.0.1:0'),
      `/v1/blobs/${sha256}`,
    );
    sides.push(ours);
    for (const sendfile of ['on', 'off'] as const) {
      sides.push(side(await startNginx(dir, join(data, 'blobs'), sendfile), `/ab/${sha256}`));
    }
    for (const { server, path } of sides) await downloadAtOnce(server.url, path, 1);
    for (let round = 0; round < rounds; round++) for (const each of sides) await measure(each);
    const words = ['', 'nginx, sendfile on, as Debian ships it', 'nginx, sendfile off'];
    for (const at of [1, 2]) {
      yield {
        figure: 'processor seconds per GiB',
        value: perGibibyte(ours),
        unit: 's',
        peer: words[at]!,
        peerValue: perGibibyte(sides[at]!),
        atMost: 1.5,
      };
    }
    yield {
      figure: 'most memory after all downloads',
      value: ours.peaks.at(-1)!,
      unit: 'MiB',
      peer: `after the first ${hosts}`,
      peerValue: ours.peaks[0]!,
      atMost: 1.1,
    };
  } finally {
    for (const { server } of sides) await server.stop();
    await rm(dir, { recursive: true });
  }
}

/** One server and what it was seen to need. */
interface Side {
  server: MeasuredServer;
  path: string;
  seconds: number;
  peaks: number[];
}

function side(server: MeasuredServer, path: string): Side {
  return { server, path, seconds: 0, peaks: [] };
}

function perGibibyte({ seconds, peaks }: Side): number {
  return seconds / ((peaks.length * hosts * mebibytes) / 1024);
}

/** All hosts at once. */
async function measure(of: Side): Promise<void> {
  const before = of.server.cpuSeconds();
  const received = await downloadAtOnce(of.server.url, of.path, hosts);
  const short = received.find((bytes) => bytes < mebibytes * 2 ** 20);
  if (short !== undefined) throw new InterlockError('usage', { problem: `a host got ${short} bytes` });
  of.seconds += of.server.cpuSeconds() - before;
  of.peaks.push(of.server.peakMebibytes());
}

async function makeBlob(data: string): Promise<void> {
  const db = openDatabase(data);
  db.prepare('INSERT INTO published_blob VALUES (?, ?)').run(sha256, mebibytes * 2 ** 20);
  db.close();
  await mkdir(join(data, 'blobs', 'ab'), { recursive: true });
  const file = await open(join(data, 'blobs', 'ab', sha256), 'w');
  for (let n = 0; n < mebibytes; n++) await file.write(randomBytes(2 ** 20));
  await file.close();
}
