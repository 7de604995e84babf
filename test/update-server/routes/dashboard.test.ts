import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleDashboard } from '../../../update-server/ui/bundle.ts';
import { makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await makeApp({ dashboard: bundleDashboard });
});
afterAll(() => server.close());

const get = (url: string, headers: Record<string, string> = {}) => server.app.inject({ url, headers });

describe('the page', () => {
  it('comes whole from this server, and nothing else may run in it', async () => {
    const answer = await get('/');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.body).not.toMatch(/<script(?![^>]* src=)|<style|https?:\/\//);
    const files = [...answer.body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files.toSorted()).toEqual(['/assets/main.js', '/assets/style.css']);
    for (const file of files) {
      const { statusCode, headers, body } = await get(file);
      expect([file, statusCode]).toEqual([file, 200]);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(body.length).toBeGreaterThan(1000);
    }
  });

  it('is sent small to whoever can unpack it, and not at all to whoever has it', async () => {
    const plain = await get('/assets/main.js');
    const zipped = await get('/assets/main.js', { 'accept-encoding': 'gzip, deflate' });
    const small = await get('/assets/main.js', { 'accept-encoding': 'gzip, deflate, br, zstd' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(small.headers['content-encoding']).toBe('br');
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body);
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body);
    expect(small.rawPayload.length).toBeLessThan(zipped.rawPayload.length);
    const tags = [plain, zipped, small].map(({ headers }) => String(headers.etag));
    expect(new Set(tags).size).toBe(3);
    const known = { 'accept-encoding': 'br', 'if-none-match': tags[2]! };
    expect(await get('/assets/main.js', known)).toMatchObject({ statusCode: 304, body: '' });
    expect((await get('/assets/main.js', { 'if-none-match': tags[2]! })).statusCode).toBe(200);
  });

  it('is found at each of its addresses by browsers, and programs hear that they are wrong', async () => {
    const page = (await get('/')).body;
    const asBrowser = { accept: 'text/html,application/xhtml+xml' };
    for (const url of ['/hosts/1b4e28ba', '/rollouts/x?tab=1', '/audit', '/nowhere/at/all']) {
      expect((await get(url, asBrowser)).body).toBe(page);
      expect((await get(url)).json()).toMatchObject({ kind: 'not_found' });
    }
    for (const url of ['/v1/nothing', '/assets/nothing.js', '/v1']) {
      expect((await get(url, asBrowser)).statusCode).toBe(404);
    }
  });
});

it('a page that cannot be bundled keeps nobody from anything else', async () => {
  let tries = 0;
  const broken = await makeApp({
    dashboard: async () => {
      tries++;
      throw new Error('main.tsx:1: unexpected token');
    },
  });
  for (let n = 0; n < 3; n++) {
    const answer = await broken.app.inject({ url: '/' });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      503,
      { kind: 'server_unready', value: 'the page cannot be bundled: main.tsx:1: unexpected token' },
    ]);
  }
  expect(tries).toBe(1);
  expect((await broken.get('/v1/hosts')).status).toBe(200);
  await broken.close();
});
