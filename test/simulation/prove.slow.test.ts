import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const prove = join(import.meta.dirname, 'prove.ts');

it('proves at most N down within a small budget', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [prove, '--seconds', '120']);
  expect(stdout).toContain('✓ at most N down');
  expect(stdout).not.toMatch(/NEVER|SURVIVED|✗/);
});

it('fails when the time is too short to see everything', async () => {
  const run = promisify(execFile)(process.execPath, [prove, '--seconds', '1']);
  await expect(run).rejects.toMatchObject({ code: 1 });
});
