import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Which rooms a room may enter; a package or `node:` module is none of its business, except for `protocol`. */
const arrows: Record<string, readonly string[]> = {
  protocol: [],
  system: ['protocol'],
  builder: ['protocol', 'system'],
  'update-server': ['protocol', 'system'],
  agent: ['protocol', 'system'],
  cli: ['protocol', 'system', 'builder', 'update-server'],
  dashboard: ['protocol'],
};

for (const [room, allowed] of Object.entries(arrows)) {
  test(`${room} leans on ${allowed.join(', ') || 'nothing of ours'}`, () => {
    const strays = importsOf(room).filter(({ to }) => to !== room && !allowed.includes(to));
    expect(strays).toEqual([]);
  });
}

test('protocol uses node: modules and the schema library alone', () => {
  const packages = importsOf('protocol', true).map(({ specifier }) => specifier);
  expect(packages.filter((name) => !name.startsWith('node:') && !/^typebox(\/|$)/.test(name))).toEqual([]);
});

test('the page takes types alone from protocol, but for visible.ts: schemas would weigh more than the page', () => {
  const files = globSync('dashboard/**/*.{ts,tsx}', { cwd: root });
  const values = files.filter((file) =>
    /^import (?!type )[^;]*\/protocol\/(?!text\/visible\.ts)/m.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(values).toEqual([]);
});

test('there is something to check', () => {
  expect(importsOf('agent').length).toBeGreaterThan(10);
});

function importsOf(room: string, packages = false) {
  return globSync(`${room}/**/*.{ts,tsx}`, { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/^(?:import|export|}).* from '([^']+)';$|import\('([^']+)'\)/gm)]
      .map(([, fixed, lazy]) => fixed ?? lazy ?? '')
      .filter((specifier) => specifier.startsWith('.') !== packages)
      .map((specifier) => ({ file, specifier, to: roomOf(file, specifier) }));
  });
}

function roomOf(file: string, specifier: string): string {
  return relative(root, join(root, dirname(file), specifier)).split('/')[0] ?? '';
}
