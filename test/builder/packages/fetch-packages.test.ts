import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pruneFolder } from '../../../builder/build-host/cache.ts';
import { silent } from '../../../builder/build-host/reporter.ts';
import { fetchPackages } from '../../../builder/packages/fetch-packages.ts';
import type { LockedPackage } from '../../../builder/packages/lock/packages-lock.ts';

const contents = Array.from({ length: 9 }, (_, index) => Buffer.alloc(70_000 + index, index + 1));
const packages: LockedPackage[] = contents.map((content, index) => ({
  name: `p${index}`,
  version: '1:1',
  arch: 'all',
  path: `pool/p/p${index}_1+x~y.deb`,
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}));

describe('fetchPackages', () => {
  let cache: string;
  let server: Server;
  let answer: RequestListener;
  let asked: string[];
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cache-'));
    vi.stubEnv('INTERLOCK_CACHE', cache);
    asked = [];
    answer = (request, response) => {
      const index = Number(/p(\d+)_/.exec(request.url ?? '')?.[1]);
      response.end(contents[index]);
    };
    server = createServer((request, response) => {
      asked.push(decodeURIComponent(request.url ?? ''));
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(cache, { recursive: true });
  });

  const mirror = () => ({
    main: `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`,
    security: null,
  });

  it('brings every package once and never again', async () => {
    const files = await fetchPackages(packages, mirror(), silent);
    expect(asked.toSorted()).toEqual(packages.map(({ path }) => `/debian/${path}`));
    for (const [index, { sha256 }] of packages.entries()) {
      expect(await readFile(files.get(sha256)!)).toEqual(contents[index]);
    }
    await fetchPackages(packages, mirror(), silent);
    await fetchPackages(packages, null, silent);
    expect(asked).toHaveLength(packages.length);
  });

  it('asks again after a cut and keeps no half file', async () => {
    const whole = answer;
    answer = (request, response) => {
      if (asked.length > 1) return whole(request, response);
      response.writeHead(200, { 'content-length': contents[0]!.length });
      response.write(contents[0]!.subarray(0, 1000), () => response.destroy());
    };
    await fetchPackages(packages.slice(0, 1), mirror(), silent);
    expect(asked).toHaveLength(2);
    expect(await readdir(join(cache, 'packages'))).toEqual([`${packages[0]!.sha256}.deb`]);
  });

  it('looks in the security archive for what the main one lacks', async () => {
    const whole = answer;
    answer = (request, response) => {
      if (request.url?.startsWith('/security/')) return whole(request, response);
      response.writeHead(404).end();
    };
    const { main } = mirror();
    await fetchPackages([packages[0]!], { main, security: main.replace(/debian$/, 'security') }, silent);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['other bytes', 'other bytes', Buffer.alloc(70_000, 99)],
    ['endless bytes', 'more than', Buffer.alloc(900_000)],
  ])('refuses %s', { timeout: 15_000 }, async (_what, words, body) => {
    answer = (_request, response) => response.end(body);
    await expect(fetchPackages([packages[0]!], mirror(), silent)).rejects.toMatchObject({
      code: 'mirror_failed',
      details: { problem: expect.stringContaining(words) },
    });
    expect(await readdir(join(cache, 'packages'))).toEqual([]);
  });

  it('names what is not there any more, asks for it once, and fetches the others', async () => {
    const whole = answer;
    answer = (request, response) => {
      if (/p[37]_/.test(request.url ?? '')) return response.writeHead(404).end();
      whole(request, response);
    };
    await expect(fetchPackages(packages, mirror(), silent)).rejects.toMatchObject({
      code: 'package_gone',
      message: 'no mirror has p3 1:1, p7 1:1 any longer',
      remedy: expect.stringMatching(/INTERLOCK_CACHE.*INTERLOCK_MIRROR.*--update-lock/),
    });
    expect(asked).toHaveLength(9);
    expect(await readdir(join(cache, 'packages'))).toHaveLength(7);
  });

  it('says that the cache is full, and leaves nothing behind', async () => {
    const folder = join(cache, 'packages');
    const program = `
      import { fetchPackages } from ${JSON.stringify(join(import.meta.dirname, '../../../builder/packages/fetch-packages.ts'))};
      import { silent } from ${JSON.stringify(join(import.meta.dirname, '../../../builder/build-host/reporter.ts'))};
      const [packages, mirror] = ${JSON.stringify([packages, mirror()])};
      await fetchPackages(packages, mirror, silent).catch(({ code, path }) => console.log(code, path));`;
    const file = join(cache, 'fetch.ts');
    await writeFile(file, program);
    const script = 'mkdir -p "$1" && mount -t tmpfs -o size=100k tmpfs "$1" && "$2" "$3" && ls "$1"';
    const args = [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      folder,
      process.execPath,
      file,
    ];
    const { stdout } = await promisify(execFile)('unshare', args);
    expect(stdout).toMatch(new RegExp(`^ENOSPC ${folder}/\\S+\\n([0-9a-f]{64}\\.deb\\n)?$`));
  });

  it('says what an offline build lacks', async () => {
    await expect(fetchPackages(packages, null, silent)).rejects.toThrow(
      /p0 1:1, .*, 4 more packages from the mirror: the build is offline/,
    );
  });
});

describe('pruneFolder', () => {
  it('keeps what was used last', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prune-'));
    for (const [index, name] of ['old', 'older', 'new'].entries()) {
      await writeFile(join(folder, name), '');
      await utimes(join(folder, name), 1000, [2000, 1000, 3000][index]!);
    }
    await pruneFolder(folder, 2);
    expect((await readdir(folder)).toSorted()).toEqual(['new', 'old']);
    await rm(folder, { recursive: true });
  });
});
