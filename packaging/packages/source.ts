import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What packages are made from: which version and commit, and its time in seconds since 1970. */
export interface Source {
  version: string;
  epoch: number;
  commit: string;
}

/**
 * The version by package.json. Between releases the commit’s time and name follow, so that later builds sort after earlier ones: before
 * the release that package.json names, or after it once there is its tag.
 */
export function describeSource(root: string): Source {
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [seconds = '', whole = ''] = git('log', '-1', '--format=%ct %H').split(' ');
  const commit = whole.slice(0, 12);
  const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? seconds);
  const changed = git('status', '--porcelain', '--untracked-files=no') ? '.changed' : '';
  if (!changed && git('tag', '--points-at', 'HEAD').split('\n').includes(`v${version}`))
    return { version: `${version}-1`, epoch, commit };
  const time = new Date(Number(seconds) * 1000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const mark = git('tag', '--list', `v${version}`) ? '+' : '~';
  return { version: `${version}${mark}git${time}.${commit.slice(0, 8)}${changed}-1`, epoch, commit };
}
