import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../../system/process/run.ts';

const home = join(import.meta.dirname, '../../..');
const rules = join(home, 'agent/dist/usr/lib/systemd/network/10-interlock-metadata.network');
const world = join(home, 'test/support/user-data/docker-world.sh');
const tools = join(home, '.cache/tools');
const folder = mkdtempSync(join(tmpdir(), 'interlock-docker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const namespaces = [
  ...['--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
];
const mayRun = process.getuid?.() === 0 && existsSync(join(tools, 'dockerd'));

test.skipIf(!mayRun)(
  'containers of Docker, of the host’s network too, do not reach the port, before Docker starts and whatever it and people do to the firewall',
  async () => {
    const output = await run('unshare', [
      ...namespaces,
      'bash',
      world,
      process.execPath,
      rules,
      folder,
      tools,
    ]);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const expected = ['open', 'shut', 'restarted', 'flushed', 'opened'].flatMap((when) =>
      ['host', 'user', 'container', 'host-network'].flatMap((who) =>
        ['169.254.169.254', 'fd00:ec2::254'].flatMap((address) =>
          ['80', '53'].map((port) => {
            const isOpen = port === '53' || when.startsWith('open');
            return `${when} ${who} ${address} ${port} ${isOpen ? 'yes' : 'no'}`;
          }),
        ),
      ),
    );
    expect(lines.map((words) => words.join(' ')).toSorted()).toEqual(expected.toSorted());
  },
);
