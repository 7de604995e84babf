import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FreeSpace, openFreeSpace } from '../../update-server/disk/free-space.ts';
import { openLogStream } from '../../update-server/http/log-stream.ts';
import { idleCheckIn } from '../update-server/support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../update-server/support/make-app.ts';
import { sha256 } from '../update-server/support/make-release.ts';
import { mountSmall } from '../update-server/support/mount-small.ts';
import {
  adminToken,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';

describe('uploads on a disk with room for one of them', () => {
  const size = 300_000;
  let desk: TestApp;
  let url: string;
  let space: FreeSpace;
  let free: number;
  let clock: number;

  beforeEach(async () => {
    [free, clock] = [500_000, 0];
    space = openFreeSpace({ free: () => free, reserve: 50_000 }, () => clock);
    desk = await makeApp({ space });
    await desk.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(desk.app.server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    desk.app.server.closeAllConnections();
    return desk.close();
  });

  const parts = () => (existsSync(join(desk.dir, 'uploads')) ? readdirSync(join(desk.dir, 'uploads')) : []);
  const announce = (...blobs: Buffer[]) =>
    desk.post(
      '/v1/blobs/wanted',
      { blobs: blobs.map((b) => ({ sha256: sha256(b), size: b.length })) },
      'admin',
    );

  it('are refused by 507 before the first byte, each or all of them at once', async () => {
    const [a, b, big] = [randomBytes(size), randomBytes(size), randomBytes(2 * size)];
    expect(await announce(big)).toMatchObject({ status: 507, body: { kind: 'space_missing' } });
    expect(await announce(a, b)).toMatchObject({ status: 507, body: { kind: 'space_missing' } });
    expect((await announce(a)).status).toBe(200);
    expect(parts()).toEqual([]);
  });

  it.each([
    ['say their length', false],
    ['do not', true],
  ])('are not both let in when they come at the same moment and %s', async (_how, isChunked) => {
    const blobs = [randomBytes(size), randomBytes(size), randomBytes(size)];
    for (const blob of blobs) await announce(blob);
    const open = blobs.map((blob) => startUpload(blob, isChunked));
    expect(await firstAnswers(open, 2)).toEqual([507, 507]);
    await expect.poll(() => parts().length).toBe(1);
    for (const upload of open) upload.request.destroy();
  });

  it('that break off keep their promise and are continued; those nobody continues give way', async () => {
    const [a, b] = [randomBytes(size), randomBytes(size)];
    await announce(a);
    const cut = startUpload(a, false);
    cut.request.write(a.subarray(1000, 100_000));
    await expect.poll(async () => (await announce(a)).body.wanted?.[0]?.received).toBe(100_000);
    cut.request.destroy();
    expect(await announce(b)).toMatchObject({ status: 507 });
    const later = async () => {
      clock += 10 * 60_000;
      return (await announce(b)).status;
    };
    await expect.poll(later).toBe(200);
    await expect.poll(() => parts()).toEqual([]);
    expect(await put(b)).toBe(200);
  });

  it('whose bytes are wrong leave nothing, and their room to the next', async () => {
    const [a, b] = [randomBytes(size), randomBytes(size)];
    await announce(a);
    expect(await put(a, randomBytes(size))).toBe(422);
    expect(parts()).toEqual([]);
    await announce(b);
    expect(await put(b)).toBe(200);
  });

  it('do not lose a disk that somebody else fills in between', async () => {
    const a = randomBytes(size);
    await announce(a);
    free = 10_000;
    expect(await put(a)).toBe(507);
    expect(parts()).toEqual([]);
    expect(await desk.get('/v1/overview')).toMatchObject({ body: { attention: [{}, { kind: 'disk_low' }] } });
  });

  function startUpload(blob: Buffer, isChunked: boolean) {
    const upload = request(`${url}/v1/blobs/${sha256(blob)}`, {
      method: 'PUT',
      headers: {
        ...bearer(desk.tokens.admin),
        'content-range': `bytes 0-${blob.length - 1}/${blob.length}`,
        ...(isChunked ? {} : { 'content-length': blob.length }),
      },
    });
    const status = new Promise<number>((resolve) => {
      upload.on('response', (answer) => resolve(answer.statusCode ?? 0)).on('error', () => resolve(0));
    });
    upload.write(blob.subarray(0, 1000));
    return { request: upload, status };
  }

  /** The first so many answers, the others still under way. */
  function firstAnswers(open: ReturnType<typeof startUpload>[], count: number): Promise<number[]> {
    const heard: number[] = [];
    return new Promise((resolve) => {
      for (const { status } of open) {
        void status.then((code) => heard.push(code) === count && resolve(heard));
      }
    });
  }

  async function put(blob: Buffer, bytes = blob): Promise<number> {
    const answer = await fetch(`${url}/v1/blobs/${sha256(blob)}`, {
      method: 'PUT',
      headers: { ...bearer(desk.tokens.admin), 'content-range': `bytes 0-${size - 1}/${size}` },
      body: new Uint8Array(bytes),
    });
    return answer.status;
  }
});

describe.skipIf(process.getuid?.() !== 0)('a server whose disk somebody else fills to the last byte', () => {
  const { dir, remove } = scratch();
  let server: ServerProcess;
  let admin: string;
  let joinToken: string;
  let unmount: () => void;
  const data = join(dir, 'data');

  beforeAll(async () => {
    mkdirSync(data);
    unmount = mountSmall(data, '14m');
    server = await startServer(data);
    admin = adminToken(server);
    const made = await post('/v1/tokens', { role: 'join', name: 'lab' }, admin);
    joinToken = (made.body as { token: string }).token;
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    unmount();
    remove();
  });

  it('goes on taking enrolments, check-ins and reports, says so, and starts again', async () => {
    fill();
    const hosts = [];
    for (let n = 0; n < 20; n++) hosts.push(await enrol());
    for (const host of hosts) {
      expect((await post('/v1/check-in', idleCheckIn({}), host.credential)).status).toBe(200);
      expect((await post('/v1/reports', { reports: [report()] }, host.credential)).status).toBe(200);
    }
    const ready = (await (await fetch(`${server.url}/readyz`)).json()) as { value: string };
    expect(ready.value).toContain('no online keys');
    const seen = await fetch(`${server.url}/v1/overview`, { headers: bearer(admin) });
    expect(((await seen.json()) as { attention: { kind: string }[] }).attention).toContainEqual(
      expect.objectContaining({ kind: 'disk_low' }),
    );
    await server.end();
    fill();
    server = await startServer(data);
    expect((await post('/v1/check-in', idleCheckIn({}), hosts[0]!.credential)).status).toBe(200);
  });

  it('answers 507 with a code once the reserve is used up as well, and recovers by itself', async () => {
    let answer = { status: 200, body: {} as { kind?: string } };
    for (let n = 0; n < 3000 && answer.status === 200; n++) {
      fill();
      answer = await tryEnrol('x'.repeat(200));
    }
    expect(answer).toMatchObject({ status: 507, body: { kind: 'disk_full' } });
    rmSync(join(data, 'filler'));
    expect((await tryEnrol('again')).status).toBe(200);
  });

  function fill(): void {
    for (const piece of [1 << 20, 1 << 16, 1 << 12]) {
      try {
        for (;;) writeFileSync(join(data, 'filler'), Buffer.alloc(piece), { flag: 'a' });
      } catch {
        // full
      }
    }
  }

  async function enrol(): Promise<{ credential: string }> {
    const { status, body } = await tryEnrol('web');
    expect(status).toBe(200);
    return body as never;
  }

  function tryEnrol(hostname: string) {
    const machineId = randomBytes(16).toString('hex');
    return post('/v1/enroll', { joinToken, machineId, hostname, name: 'core', arch: 'x86-64' });
  }

  async function post(path: string, body: object, token?: string) {
    const answer = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? bearer(token) : {}) },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as { kind?: string } };
  }
});

describe('a log that cannot be written', () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };

  it.each(['ENOSPC', 'EPIPE', 'EIO', 'EAGAIN', 'EBADF'])('by %s ends nothing', (code) => {
    expect(() => openLogStream(failing(code)).write('line\n')).not.toThrow();
  });

  it('whole is written piece by piece', () => {
    const pieces: string[] = [];
    const write = ((_to: number, bytes: Buffer) => {
      pieces.push(bytes.subarray(0, 3).toString());
      return Math.min(3, bytes.length);
    }) as never;
    openLogStream(write).write('a line\n');
    expect(pieces.join('')).toBe('a line\n');
  });

  it.each(['stdout', 'stderr'] as const)(
    'because nobody reads %s any more leaves the server alive',
    async (stream) => {
      const { dir, remove } = scratch();
      const server = await startServer(join(dir, 'data'));
      server.child[stream]?.destroy();
      // a request that is answered and logged
      writeFileSync(join(dir, 'data', 'blobs'), 'a file where a folder belongs');
      for (let n = 0; n < 3; n++) expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      expect(await server.end()).toBe(0);
      remove();
    },
  );
});

function report() {
  return {
    ...{
      id: `report-${randomBytes(4).toString('hex')}`,
      grant: null,
      kind: 'failed',
      from: '1',
      version: '2',
    },
    ...{ bootId: 'boot-0001', at: '2026-01-01T00:00:00Z', detail: 'x' },
  };
}
