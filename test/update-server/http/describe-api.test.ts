import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, expect, it } from 'vitest';
import { openBlobs } from '../../../update-server/blobs/files.ts';
import { createApp } from '../../../update-server/http/app.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { access } from '../support/route-table.ts';
import { scratch } from '../support/start-server.ts';

const { dir, remove } = scratch();
const store = openSqliteStore(dir);
const app = createApp({ store, blobs: openBlobs(dir), onlineKeys: undefined, now: () => new Date() });
afterAll(async () => {
  await app.close();
  await store.close();
  remove();
});

it('describes every route of the table in valid OpenAPI 3.1, with who may call it', async () => {
  const description = (await app.inject({ url: '/v1/openapi.json' })).json();
  expect(await new Validator().validate(description)).toEqual({ valid: true });
  const { paths } = description as {
    paths: Record<string, Record<string, { security: object[]; summary: string }>>;
  };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, summary }]) => [
      `${method.toUpperCase()} ${path.replace(/\{([^}]+)\}/g, (_, name) => (name === '*' ? '*' : `:${name}`))}`,
      summary,
      security.length,
    ]),
  );
  const expected = Object.entries(access)
    .filter(([route]) => route !== 'GET /v1/openapi.json')
    .map(([route, { for: who, summary }]) => [route, summary, who === 'anyone' ? 0 : who === 'host' ? 1 : 2]);
  expect(described.toSorted()).toEqual(expected.toSorted());
});
