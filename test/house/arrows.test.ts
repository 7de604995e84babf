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
  lab: ['protocol', 'system'],
  signer: ['protocol', 'system'],
  cli: ['protocol', 'system', 'builder', 'update-server', 'lab', 'signer'],
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

test('the page takes types alone from protocol, but for files without schemas: those would weigh more than the page', () => {
  const files = globSync('dashboard/**/*.{ts,tsx}', { cwd: root });
  const values = files.flatMap(valueImports).filter((to) => to.startsWith('protocol/'));
  expect(values).toContain('protocol/rules/host-state.ts');
  expect(values.filter(bringsPackages)).toEqual([]);
});

test('there is something to check', () => {
  expect(importsOf('agent').length).toBeGreaterThan(10);
});

/** What a file imports beyond types: packages by name, files by their path. */
function valueImports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^import (?!type )[^;]* from '([^']+)';$/gm)].map(([, specifier = '']) =>
    specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier,
  );
}

function bringsPackages(file: string): boolean {
  return valueImports(file).some((to) => !to.endsWith('.ts') || bringsPackages(to));
}

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
