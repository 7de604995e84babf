import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeCopyright } from '../../../packaging/licences/copyright.ts';
import { shippedPackages } from '../../../packaging/licences/shipped-packages.ts';

const root = join(import.meta.dirname, '../../..');
const cpu = process.arch === 'arm64' ? 'arm64' : 'x64';
const node = `node-linux-${cpu}`;
const shipped = shippedPackages(root, node);
const names = shipped.map(({ name }) => name);

it('knows what the programs need, directly and through others, and no tool', () => {
  expect(names).toEqual(expect.arrayContaining(['better-sqlite3', 'fastify', 'pino', 'preact', node]));
  for (const tool of ['rolldown', 'typescript', 'vitest']) expect(names).not.toContain(tool);
});

it('writes a licence with its holder for each of them', () => {
  const text = describeCopyright(root, shipped, join(root, 'node_modules', node));
  const paragraphs = text.split('\n\n');
  expect(paragraphs).toHaveLength(shipped.length + 2);
  for (const paragraph of paragraphs.slice(1)) {
    expect(paragraph).toMatch(/^Files: .*\n(Comment: .*\n)?Copyright: \S[\s\S]*\nLicense: \S.*\n +\S/);
  }
});
