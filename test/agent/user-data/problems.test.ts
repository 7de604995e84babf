import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openManager } from '../../../agent/user-data/apply/manager.ts';
import { noteFiles, writeNotes } from '../../../agent/user-data/record/host-notes.ts';
import { lookAtUserData, readProblems } from '../../../agent/user-data/record/read-problems.ts';
import { runStage } from '../../../agent/user-data/run-stage.ts';
import { type FolderHost, makeFolderHost } from '../../support/user-data/folder-host.ts';

const isRoot = process.getuid?.() === 0;
let host: FolderHost;
beforeEach(() => {
  host = makeFolderHost();
});
afterEach(() => host.remove());

/** A stage that found nothing. */
const nothing = (stage: 'local' | 'network', misses: { source: 'ec2'; reason: string; failed: boolean }[]) =>
  runStage({
    root: host.root,
    stage,
    search: { found: null, misses, askNetwork: stage === 'local' },
    secureBoot: false,
    manager: openManager(host.root),
    now: new Date(0),
  });

describe.skipIf(!isRoot)('what does not hold of a host’s user-data', () => {
  test('is nothing on a host whose user-data hold, or that has none; warnings are no trouble', async () => {
    expect(await lookAtUserData(host.root)).toBeNull();
    await host.boot('#cloud-config\nhostname: a\nlocale: C.UTF-8\n');
    expect((await readProblems(host.root)).every(({ item }) => item.endsWith('(warning)'))).toBe(true);
    expect(await lookAtUserData(host.root)).toBeNull();
  });

  test('is what failed and what Secure Boot forbids', async () => {
    const document = '#cloud-config\ntimezone: Europe/Berlin\nruncmd: [ls]\n';
    await host.boot('#cloud-config\nhostname: a\ntimezone: Europe/Paris\n', { instanceId: 'a' });
    expect(await lookAtUserData(host.root)).toEqual({
      code: 'user_data_failed',
      message: 'timezone: the image has no time zone Europe/Paris',
    });
    await host.boot(document, { instanceId: 'b', secureBoot: true, trusted: false });
    expect((await lookAtUserData(host.root))?.message).toMatch(/^runcmd: not taken: Secure Boot is on/);
  });

  test('is each command that failed, and the script that one of them ended, as the unit notes it', async () => {
    const commands = [
      '"true"',
      '[sh, -c, "exit 7"]',
      '"no-such-program; cat <<E\\nx\\nE"',
      'no-such',
      'exit 3',
    ];
    await host.boot(`#cloud-config\nruncmd: [${commands.join(', ')}, "touch never"]\n`);
    expect(await readProblems(host.root)).toEqual([]);
    const folder = join(host.root, 'var/lib/interlock/user-data');
    const script = host
      .read('var/lib/interlock/user-data/commands')
      .replaceAll('/var/lib/interlock/user-data', folder);
    const { status } = spawnSync('/bin/sh', ['-s'], { input: script, cwd: host.root });
    expect(status).toBe(3);
    const unit = execFileSync('cat', [
      join(
        import.meta.dirname,
        '../../../agent/dist/usr/lib/systemd/system/interlock-user-data-commands.service',
      ),
    ]).toString();
    const [, after = ''] = /^ExecStopPost=\/bin\/sh -c '(.*)'$/m.exec(unit) ?? [];
    const env = { SERVICE_RESULT: 'exit-code', EXIT_STATUS: '3' };
    spawnSync('/bin/sh', ['-c', after.replaceAll('/var/lib/interlock/user-data', folder)], { env });
    expect((await readProblems(host.root)).map(({ item, problem }) => `${item} ${problem}`)).toEqual(
      ['command 2 ended with 7', 'command 4 ended with 127', 'ended with 3'].map(
        (text) =>
          `runcmd${text.startsWith('command') ? ', ' : ' '}${text}: journalctl -u interlock-user-data-commands`,
      ),
    );
    await host.boot('#cloud-config\nruncmd: ["true"]\n', { instanceId: 'another' });
    expect(await readProblems(host.root)).toEqual([]);
  });

  test('is a source that is there and says nothing, until one does or the boot ends', async () => {
    await nothing('local', [{ source: 'ec2', reason: 'not on this machine', failed: false }]);
    expect(await lookAtUserData(host.root)).toBeNull();
    await nothing('network', [{ source: 'ec2', reason: 'no answer', failed: false }]);
    expect((await lookAtUserData(host.root))?.message).toBe(
      'not found in this boot: no metadata service answered; the next boot looks again',
    );
    await nothing('network', [{ source: 'ec2', reason: 'HTTP 500', failed: true }]);
    expect((await lookAtUserData(host.root))?.message).toBe('not found in this boot: ec2: HTTP 500');
    await host.boot('#cloud-config\nhostname: a\n');
    expect(await lookAtUserData(host.root)).toBeNull();
  });

  test('is what of the host’s own accounts an image overrides, and no more text than a server takes', async () => {
    await writeNotes(host.root, noteFiles.merge, ['the image has an account web now']);
    expect(await readProblems(host.root)).toEqual([
      { item: 'accounts', problem: 'the image has an account web now' },
    ]);
    await writeNotes(
      host.root,
      noteFiles.merge,
      Array.from({ length: 99 }, () => 'x'.repeat(99)),
    );
    expect((await lookAtUserData(host.root))?.message.length).toBeLessThanOrEqual(1024);
  });
});
