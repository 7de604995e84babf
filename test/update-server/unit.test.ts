import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const unit = join(
  import.meta.dirname,
  '../../update-server/dist/usr/lib/systemd/system/interlock-server.service',
);
const text = readFileSync(unit, 'utf8');
const help = spawnSync('systemd-analyze', ['security', '--help'], { encoding: 'utf8' });
/** Debian 12 and later; it needs no systemd that runs. */
const canAnalyze = help.stdout?.includes('--offline');

it.skipIf(!canAnalyze)('the server’s unit leaves little open (skipped without systemd-analyze)', () => {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', unit], { encoding: 'utf8' });
  const [, exposure] = /Overall exposure level.*: (\d+\.\d)/.exec(stdout) ?? [];
  expect(Number(exposure)).toBeLessThanOrEqual(2.5);
});

it.each(['StateDirectory=interlock', 'StateDirectoryMode=0700', 'UMask=0077', 'NoNewPrivileges=yes'])(
  'the server’s unit says %s',
  (line) => {
    expect(text.split('\n')).toContain(line);
  },
);

it('a reload asks the server to take its certificate anew', () => {
  expect(text).toMatch(/^ExecReload=.*-HUP \$MAINPID$/m);
});
