import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parseDefinition } from '../../../builder/definition/define.ts';
import { plan } from '../../../builder/release/plan.ts';

const toml = `name = "tiny"
suite = "trixie"
kernel = "cloud"
packages = []
remove = ["/srv/gone"]
[state]
link = ["/srv/www"]
[slots]
root = "512 MiB"
verity = "16 MiB"
`;

it('a plan says before anything is installed what later releases do not change', async () => {
  const overlay = await mkdtemp(join(tmpdir(), 'overlay-'));
  try {
    for (const path of [
      'srv/www/a',
      'srv/gone/b',
      'srv/c',
      'home/ops/.profile',
      'opt/d',
      'var/log/e',
      'etc/f',
    ]) {
      await mkdir(dirname(join(overlay, path)), { recursive: true });
      await writeFile(join(overlay, path), '');
    }
    const definition = { ...parseDefinition(toml, 'image.toml', '.'), overlays: [overlay] };
    const phases = await plan(definition, undefined);
    expect(phases.filter(({ phase }) => phase === 'state').map(({ what, state }) => [state, what])).toEqual([
      ['always', 'moved 1 file of /opt to /usr/lib/opt'],
      ['always', 'moved 1 folder of /srv to /usr/lib/interlock/var/srv'],
      ['always', '/home/ops: first boot only: later releases do not change it'],
      ['always', '/var/log/e: first boot only: later releases do not change it'],
      ['always', '/srv/c: first boot only: later releases do not change it'],
      ['unknown', 'what packages, sources and scripts leave in /var, /root, /home and /srv'],
    ]);
  } finally {
    await rm(overlay, { recursive: true });
  }
});
