import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await makeApp();
});
afterAll(() => server.close());

it('the address of enrollment of before answers as the new one, to the same callers, and is not described', async () => {
  const [now, before] = [await server.get('/v1/enrollment'), await server.get('/v1/enrolment')];
  expect(now.status).toBe(200);
  expect(before).toEqual(now);
  expect((await server.get('/v1/enrolment', 'join')).status).toBe(403);
  const { paths } = (await server.get('/v1/openapi.json')).body;
  expect(Object.keys(paths)).toContain('/v1/enrollment');
  expect(Object.keys(paths)).not.toContain('/v1/enrolment');
});

it('the field of enrollment of before is taken and shown beside the new one', async () => {
  const put = (payload: Record<string, string>) =>
    server.app.inject({
      method: 'PUT',
      url: '/v1/enrollment',
      headers: bearer(server.tokens.admin),
      payload,
    });
  expect((await put({ enrolment: 'open' })).json()).toMatchObject({ enrollment: 'open', enrolment: 'open' });
  expect((await put({ enrollment: 'token' })).json()).toMatchObject({
    enrollment: 'token',
    enrolment: 'token',
  });
  expect((await put({})).statusCode).toBe(400);
  expect((await put({ enrollment: 'ajar' })).statusCode).toBe(400);
});
