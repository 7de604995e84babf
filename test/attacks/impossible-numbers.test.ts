import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRelease } from '../../protocol/documents/release.ts';
import { bearer, makeApp, type TestApp } from '../update-server/support/make-app.ts';
import { makeRelease } from '../update-server/support/make-release.ts';
import { scratch } from '../update-server/support/start-server.ts';

let desk: TestApp;
beforeAll(async () => {
  desk = await makeApp();
});
afterAll(() => desk.close());
const sha256 = 'a'.repeat(64);

describe('an upload of an impossible size', () => {
  it.each(['1e300', '9007199254740993', '-1', '1.5', 'null', '"7"', '1e999', 'true'])(
    '%s is bad input',
    async (size) => {
      const answer = await desk.app.inject({
        method: 'POST',
        url: '/v1/blobs/wanted',
        headers: { ...bearer(desk.tokens.publisher), 'content-type': 'application/json' },
        payload: `{"blobs":[{"sha256":"${sha256}","size":${size}}]}`,
      });
      expect(answer.statusCode).toBe(400);
      expect(answer.json().kind).toBe('bad_input');
    },
  );

  it.each(['bytes 0-1e3/2000', 'bytes 0-9999999999999999/99999999999999999', 'bytes -1-5/6', 'bytes 5-2/6'])(
    'its part “%s” is bad input',
    async (range) => {
      await desk.post('/v1/blobs/wanted', { blobs: [{ sha256, size: 6 }] }, 'publisher');
      const answer = await desk.app.inject({
        method: 'PUT',
        url: `/v1/blobs/${sha256}`,
        headers: { ...bearer(desk.tokens.publisher), 'content-range': range },
        payload: Buffer.alloc(6),
      });
      expect([answer.statusCode, answer.json().kind]).toEqual([400, 'bad_input']);
    },
  );
});

describe('a release', () => {
  const { dir, remove } = scratch();
  const { release } = makeRelease(dir, '1');
  afterAll(remove);
  const [full] = release.payloads;
  const from = { version: '0', rootHash: sha256 };

  it.each([
    ['no payload', { payloads: [] }],
    ['deltas alone', { payloads: [{ ...full, from }] }],
    ['several deltas alone', { payloads: [1, 2].map((n) => ({ ...full, file: `payload.${n}`, from })) }],
    ['a payload of 10³⁰⁰ bytes', { payloads: [{ ...full, size: 1e300 }] }],
    ['a header beyond exact numbers', { payloads: [{ ...full, header: { size: 2 ** 53, sha256 } }] }],
    ['a root of minus one byte', { root: { ...release.root, size: -1 } }],
    ['slots of 10³⁰⁰ bytes', { slots: { root: 1e300, verity: 1 } }],
  ])('with %s is refused', (_what, change) => {
    const text = JSON.stringify({ ...release, ...change });
    expect(() => parseRelease(text)).toThrow(expect.objectContaining({ code: 'release_invalid' }));
  });
});
