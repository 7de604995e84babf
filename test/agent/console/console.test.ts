import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lineOf } from '../../../agent/console/line.ts';
import { say } from '../../../agent/console/say.ts';
import { errorTable } from '../../../protocol/errors/error-table.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const server = 'http://10.0.2.2:8080';
const from = new Date('2026-03-01T12:00:00Z');
const at = '2026-03-01T12:00:05Z';
const look = { at, offered: null, reason: 'up_to_date', problem: '' };

let root: string;
let run: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-console-'));
  run = join(root, 'run');
  await mkdir(run);
  await mkdir(join(root, 'dev'));
  await writeFile(join(root, 'dev/console'), '');
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('the console hears each change once', async () => {
  const said = async () => (await readFile(join(root, 'dev/console'), 'utf8')).split('\r\n').filter(Boolean);
  await say({ root, run }, { topic: 'a', text: 'one \x1b[2J' });
  await say({ root, run }, { topic: 'a', text: 'one, a second later' });
  expect(await said()).toEqual(['interlock: one \\x1b[2J']);
  await say({ root, run }, { topic: 'b', text: 'two' });
  await say({ root, run }, { topic: 'a', text: 'three' });
  expect((await said()).slice(1)).toEqual(['interlock: two', 'interlock: three']);
});

test('a host without a console says it in the journal alone', async () => {
  await rm(join(root, 'dev'), { recursive: true });
  await say({ root, run }, { topic: 'a', text: 'one' });
  expect(await readFile(join(run, 'console'), 'utf8')).toBe('a');
});

test('what is said is why the server is not reached and what to do, or that it is', () => {
  const refused = { ...look, reason: 'connection_refused', problem: 'no server listens at 10.0.2.2:8080' };
  expect(lineOf({ look: refused }, server, null, from)).toEqual({
    topic: 'connection_refused',
    text: `no server listens at 10.0.2.2:8080. ${errorTable.connection_refused.remedy}`,
  });
  expect(lineOf({ look }, server, null, from)).toEqual({ topic: server, text: `in touch with ${server}` });
  expect(lineOf({ look: { ...look, unapproved: true } }, server, null, from)?.text).toMatch(
    /^in touch with http:\/\/10.0.2.2:8080, where this host waits for approval. .* interlock host approve HOST$/,
  );
  const none = { ...look, reason: 'no_server', problem: 'no server is configured' };
  expect(lineOf({ look: none }, null, null, from)?.text).toMatch(
    /^no server is configured\. Set `server` in/,
  );
});

test('a wrong configuration comes first, and what was found before this run is not said again', () => {
  const wrong = new InterlockError('config_invalid', { file: '60-host.toml', problem: 'unknown key sever' });
  expect(lineOf({ look }, server, wrong, from)?.text).toContain('60-host.toml: unknown key sever');
  expect(lineOf({ look: { ...look, at: '2026-03-01T11:59:59Z' } }, server, null, from)).toBeNull();
  expect(lineOf({ look: null }, server, null, from)).toBeNull();
});
