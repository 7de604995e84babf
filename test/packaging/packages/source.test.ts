import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeSource } from '../../../packaging/packages/source.ts';

const root = mkdtempSync(join(tmpdir(), 'interlock-source-'));
afterAll(() => rmSync(root, { recursive: true }));
const person = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
};
const git = (time: string, ...args: string[]) =>
  execFileSync('git', ['-C', root, ...args], {
    env: { ...process.env, ...person, GIT_AUTHOR_DATE: time, GIT_COMMITTER_DATE: time },
  });
const commit = (time: string, text: string) => {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ version: '1.2.0', text }));
  git(time, 'add', 'package.json');
  git(time, 'commit', '--quiet', '--message', text);
  return describeSource(root).version;
};
const isBefore = (a: string, b: string) =>
  execFileSync('sh', ['-c', 'dpkg --compare-versions "$0" lt "$1" && echo yes || echo no', a, b], {
    encoding: 'utf8',
  }) === 'yes\n';

it('gives versions that sort as their commits: before the release, the release, after it', () => {
  git('2026-01-01T00:00:00Z', 'init', '--quiet');
  const versions = [
    commit('2026-03-01T10:00:00Z', 'one'),
    commit('2026-03-01T11:00:00+02:00', 'zero'),
  ].toReversed();
  git('2026-03-02T00:00:00Z', 'tag', 'v1.2.0');
  versions.push(describeSource(root).version, commit('2026-03-03T00:00:00Z', 'next'));
  expect(versions.map((version) => version.replace(/\.[0-9a-f]{8}-1$/, ''))).toEqual([
    '1.2.0~git20260301090000',
    '1.2.0~git20260301100000',
    '1.2.0-1',
    '1.2.0+git20260303000000',
  ]);
  for (const [index, version] of versions.slice(1).entries()) {
    expect(isBefore(versions[index]!, version)).toBe(true);
  }
});

it('says when files differ from the commit, and takes the commit’s time', () => {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ version: '1.2.0', text: 'edited' }));
  const { version, epoch } = describeSource(root);
  expect(version).toMatch(/^1\.2\.0\+git20260303000000\.[0-9a-f]{8}\.changed-1$/);
  expect(new Date(epoch * 1000).toISOString()).toBe('2026-03-03T00:00:00.000Z');
});
