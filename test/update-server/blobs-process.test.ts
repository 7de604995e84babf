import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../cli/client/client.ts';
import type { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { sha256 } from './support/make-release.ts';
import { adminToken, type ServerProcess, scratch, startServer } from './support/start-server.ts';

const { dir, remove } = scratch();
let server: ServerProcess;
let admin: string;

beforeAll(async () => {
  server = await startServer(dir);
  admin = adminToken(server);
});
afterAll(async () => {
  await server.end();
  remove();
});

describe('an upload', () => {
  it('continues after the server was killed in the middle', async () => {
    const blob = randomBytes(8_000_000);
    const name = sha256(blob);
    expect(await wanted(blob)).toEqual([{ sha256: name, size: blob.length, received: 0 }]);

    const cut = startUpload(blob, 0);
    cut.write(blob.subarray(0, 5_000_000));
    while (((await received(blob)) ?? 0) < 4_000_000) await sleep(10);
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    expect(existsSync(blobPath(name))).toBe(false);

    server = await startServer(dir);
    const there = (await received(blob))!;
    expect(there).toBeGreaterThanOrEqual(4_000_000);
    expect(there).toBeLessThanOrEqual(5_000_000);
    const answer = await put(blob, there);
    expect(await answer.json()).toEqual({ sha256: name, size: blob.length, received: blob.length });
    expect(sha256(readFileSync(blobPath(name)))).toBe(name);
    expect(await wanted(blob)).toEqual([]);
  });

  it('is finished by the next announcement when the server died before its rename', async () => {
    const blob = randomBytes(70_000);
    await wanted(blob);
    await put(blob, 0, blob.length - 1);
    await server.end('SIGKILL');
    appendFileSync(join(dir, 'uploads', `${sha256(blob)}.part`), blob.subarray(-1));
    server = await startServer(dir);
    expect(await wanted(blob)).toEqual([]);
    expect(statSync(blobPath(sha256(blob))).size).toBe(blob.length);
  });

  it('is taken over by a newer request while the older one hangs', async () => {
    const blob = randomBytes(2_000_000);
    await wanted(blob);
    const hanging = startUpload(blob, 0);
    hanging.write(blob.subarray(0, 1_000_000));
    while (((await received(blob)) ?? 0) < 1_000_000) await sleep(10);
    const answer = await put(blob, 1_000_000);
    expect(answer.status).toBe(200);
    hanging.destroy();
  });

  it('refuses a gap, an overlap, other bytes, too many bytes and what was not announced', async () => {
    const blob = randomBytes(50_000);
    expect((await put(blob, 0)).status).toBe(404);
    await wanted(blob);
    expect((await put(blob, 0, 20_000)).status).toBe(200);
    expect((await put(blob, 10_000)).status).toBe(416);
    expect((await put(blob, 30_000)).status).toBe(416);
    expect(await received(blob)).toBe(20_000);

    const long = await send(blob.subarray(20_000), sha256(blob), 'bytes 20000-29999/50000');
    expect(await long.json()).toMatchObject({ kind: 'bad_input' });
    const resized = await send(blob.subarray(0, 10), sha256(blob), 'bytes 20000-20009/50001');
    expect(resized.status).toBe(400);
    const unnamed = await send(blob.subarray(0, 10), sha256(blob), '');
    expect(unnamed.status).toBe(400);

    const there = (await received(blob))!;
    const forged = await send(randomBytes(50_000 - there), sha256(blob), `bytes ${there}-49999/50000`);
    expect(await forged.json()).toMatchObject({ kind: 'blob_mismatch' });
    expect(await received(blob)).toBe(0);
    expect((await put(blob, 0)).status).toBe(200);
    expect(readdirSync(join(dir, 'uploads'))).not.toContain(`${sha256(blob)}.part`);
  });

  it('stays invisible until a release names it', async () => {
    const blob = randomBytes(10_000);
    await wanted(blob);
    await put(blob, 0);
    expect((await fetch(`${server.url}/v1/blobs/${sha256(blob)}`)).status).toBe(404);
  });

  it('is refused without a publisher’s token', async () => {
    const answer = await fetch(`${server.url}/v1/blobs/${'0'.repeat(64)}`, { method: 'PUT', body: 'x' });
    expect(answer.status).toBe(401);
    const failure = await createClient({ server: server.url })
      .post('v1/blobs/wanted', { blobs: [] })
      .catch((e) => e);
    expect((failure as InterlockError).code).toBe('unauthorized');
  });
});

function blobPath(name: string): string {
  return join(dir, 'blobs', name.slice(0, 2), name);
}

async function wanted(blob: Buffer): Promise<{ received: number }[]> {
  const answer = await createClient({ server: server.url, token: admin }).post<{
    wanted: { received: number }[];
  }>('v1/blobs/wanted', { blobs: [{ sha256: sha256(blob), size: blob.length }] });
  return answer.wanted;
}

async function received(blob: Buffer): Promise<number | undefined> {
  return (await wanted(blob))[0]?.received;
}

function put(blob: Buffer, from: number, end = blob.length): Promise<Response> {
  return send(blob.subarray(from, end), sha256(blob), `bytes ${from}-${end - 1}/${blob.length}`);
}

function send(bytes: Buffer, name: string, contentRange: string): Promise<Response> {
  return fetch(`${server.url}/v1/blobs/${name}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${admin}`,
      'content-type': 'application/octet-stream',
      'content-range': contentRange,
    },
    body: new Uint8Array(bytes),
  });
}

function startUpload(blob: Buffer, from: number) {
  const upload = request(`${server.url}/v1/blobs/${sha256(blob)}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${admin}`,
      'content-length': blob.length - from,
      'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}`,
    },
  });
  upload.on('error', () => {});
  return upload;
}
