import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeApp, type TestApp } from '../support/make-app.ts';

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
