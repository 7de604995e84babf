import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aptRoot } from '../../../../builder/packages/archive/apt-root.ts';
import { updateIndexes } from '../../../../builder/packages/archive/update-indexes.ts';
import { type Archive, makeArchive } from '../../support/make-archive.ts';

let work: string;
let archive: Archive;
let server: Server;
let asked: number;
/** Gives the index of the day before until it was asked this often. */
let staleUntil: number;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'update-'));
  archive = makeArchive(join(work, 'keys'), join(work, 'archive'));
  archive.publish([{ name: 'tool', version: '1' }], '2026-03-01T10:00:00Z');
  const index = join(work, 'archive/dists/trixie/main/binary-amd64/Packages');
  const stale = readFileSync(index, 'utf8').replace('Version: 1', 'Version: 0');
  writeFileSync(join(work, 'stale'), stale);
  [asked, staleUntil] = [0, 0];
  server = createServer((request, response) => {
    const isIndex = request.url?.endsWith('/Packages');
    if (isIndex) asked++;
    const file =
      isIndex && asked <= staleUntil ? join(work, 'stale') : join(work, 'archive', request.url ?? '');
    try {
      response.end(readFileSync(file));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  archive.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(work, { recursive: true });
});

const update = async () => {
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = { uri, suite: 'trixie', components: ['main'], keyring: archive.keyring };
  const network = { proxyFor: () => undefined, loginFor: () => undefined };
  const root = mkdtempSync(join(work, 'root-'));
  const config = await aptRoot(root, [source], { arch: 'x86-64', network, allowExpired: false });
  await updateIndexes(config, [1, 1]);
};

it('asks again while the files of a mirror do not belong together', async () => {
  staleUntil = 1;
  await update();
  expect(asked).toBeGreaterThan(1);
});

it('says that a mirror is being updated when it stays so', async () => {
  staleUntil = Number.POSITIVE_INFINITY;
  await expect(update()).rejects.toMatchObject({
    code: 'mirror_failed',
    message: expect.stringMatching(
      /its files do not belong together; it is probably being updated: .*http:\/\/127/,
    ),
  });
});
