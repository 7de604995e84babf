import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('signatures are counted by public keys: the library’s own count of ids is used where it was replaced, and nowhere else', () => {
  const files = globSync('{agent,builder,cli,protocol,system,update-server}/**/*.ts', { cwd: root });
  const users = files.filter((file) => /\.verifyDelegate\(/.test(readFileSync(join(root, file), 'utf8')));
  expect(users).toEqual(['agent/trust/image-trust.ts']);
  const imageTrust = readFileSync(join(root, 'agent/trust/image-trust.ts'), 'utf8');
  expect(imageTrust).toContain("from './distinct-keys.ts'");
});
