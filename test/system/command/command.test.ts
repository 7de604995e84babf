import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const interlock = join(import.meta.dirname, '../../../bin/interlock');
const run = (...args: string[]) => spawnSync(interlock, args, { encoding: 'utf8' });

test('an unknown verb exits 2 and says what to do', () => {
  const { status, stderr, stdout } = run('frobnicate');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Add --help');
});

test('--json gives errors as {error: {kind, value}} too', () => {
  const { status, stdout } = run('--json', 'frobnicate');
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'usage' } });
});

test('--help exits 0', () => {
  expect(run('--help')).toMatchObject({ status: 0 });
});
