import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Inputs } from '../../protocol/documents/host-inputs.ts';

interface Schema {
  properties?: Record<string, Schema>;
}

/** `['server', 'lock.kind', …]` */
function keysOf({ properties = {} }: Schema, above = ''): string[] {
  return Object.entries(properties).flatMap(([key, schema]) =>
    schema.properties ? keysOf(schema, `${above}${key}.`) : [`${above}${key}`],
  );
}

test('docs/reference/host-settings.md lists every key of the agent’s configuration, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/host-settings.md'), 'utf8');
  const table = page.slice(page.indexOf('| key | value'), page.indexOf('```toml'));
  const cells = table.split('\n').flatMap((row) => row.split(' | ').slice(0, 1));
  const listed = cells.flatMap((cell) => [...cell.matchAll(/`([a-z_.]+)`/g)].map(([, key]) => key));
  expect(listed.toSorted()).toEqual(keysOf(Inputs as Schema).toSorted());
});
