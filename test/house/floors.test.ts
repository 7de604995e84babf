import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, readSources, root } from './import-graph.ts';

/** The floors of a room from top to bottom: each may import from those below it alone. The reasons: docs/decisions/0029-floors-of-the-update-server.md. */
const floors: Record<string, readonly string[]> = {
  'update-server': [
    'backup',
    'serve.ts',
    'start',
    'jobs',
    'http',
    'routes',
    'health',
    'publish',
    'auth',
    'routing',
    'metrics',
    'live',
    'load',
    'locks',
    'ui',
    'blobs',
    'store',
    'cache',
    'disk',
    'domain',
  ],
};
/** What is no code. */
const others = ['dist'];

for (const [room, order] of Object.entries(floors)) {
  test(`every floor of ${room} is in the list`, () => {
    const found = readdirSync(join(root, room)).filter((name) => !others.includes(name));
    expect(found.toSorted()).toEqual(order.toSorted());
  });

  test(`imports of ${room} lead to lower floors`, () => {
    const floorOf = (file: string) => order.indexOf(file.split('/')[1] ?? '');
    const own = importsOf(readSources([room])).filter(({ to }) => to.startsWith(`${room}/`));
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter(({ from, to }) => floorOf(to) < floorOf(from))).toEqual([]);
  });
}

test('the rules of the update server know no database, no network and no file of the server’s', () => {
  const sources = readSources(['update-server']).filter(({ file }) =>
    file.startsWith('update-server/domain/'),
  );
  const packages = sources.flatMap(({ file, parsed }) =>
    parsed.module.staticImports
      .map(({ moduleRequest: { value } }) => ({ file, value }))
      .filter(({ value }) => /sqlite|fastify|^node:(fs|http|https|net|timers)/.test(value)),
  );
  const allowed = ['update-server/domain/rollout/policies.ts'];
  expect(packages.filter(({ file }) => !allowed.includes(file))).toEqual([]);
});
