import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { programVersion } from '../../system/command/version.ts';

const bin = (name: string) => join(import.meta.dirname, '../../bin', name);

/** A program whose output goes where nobody reads it any more. */
async function unread(name: string, ...words: string[]) {
  const child = spawn(bin(name), words, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code, err };
}

test.each([
  ['interlock', '--help'],
  ['interlock', 'keys', '--help'],
  ['interlock', 'completion', 'bash'],
  ['interlock', '--version'],
  ['interlock-agent', '--help'],
])('`%s %s` into a closed pipe ends without a word, as by SIGPIPE', async (name, ...words) => {
  expect(await unread(name, ...words)).toEqual({ code: 141, err: '' });
});

test('output that cannot be written is a failure with a reason', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(bin('interlock'), ['--help'], { stdio: ['ignore', full, 'pipe'] });
  const [err, [code]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
  expect(code).toBe(74);
  expect(err).toMatch(/^the output cannot be written: .*ENOSPC/);
});

test.each(['interlock', 'interlock-agent'])('`%s --version` says version and commit', async (name) => {
  const { version, commit } = programVersion();
  const child = spawn(bin(name), ['--version'], { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(await text(child.stdout)).toBe(`${name} ${version}${commit ? ` (${commit})` : ''}\n`);
});

test('an address without a scheme is taken, and what is none is refused in words', async () => {
  const child = spawn(bin('interlock'), ['host', 'list', '--server', 'http://x y'], { stdio: 'pipe' });
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(code).toBe(2);
  expect(err).toMatch(/^--server is http:\/\/x y: it is no URL; write it as/);
});
