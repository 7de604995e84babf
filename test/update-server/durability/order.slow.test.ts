import { join } from 'node:path';
import { expect, test } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { createClient } from '../../../cli/client/client.ts';
import { makeRelease } from '../support/make-release.ts';
import { scratch } from '../support/start-server.ts';
import { enrolSmallHost } from './small-host.ts';
import { bytesOf, type Call, killServer, mayTrace, type Traced, trace } from './trace.ts';

const writes = ['pwrite64', 'write', 'writev'];

/** What happened to the log of the database, and to whom something was said, one after the other. */
function story(calls: Call[]): string[] {
  const asked = new Map<string, string>();
  const syncing = new Map<string, boolean>();
  return calls.flatMap((call): string[] => {
    const { name, target, thread, isResumed, isDone } = call;
    const isSync = name === 'fdatasync' || name === 'fsync';
    if (isSync && isResumed) return syncing.get(thread) ? ['synced'] : [];
    if (target.endsWith('interlock.db-wal')) {
      if (isSync) syncing.set(thread, true);
      if (isSync) return isDone ? ['synced'] : [];
      return writes.includes(name) ? ['written'] : [];
    }
    if (isSync) syncing.set(thread, false);
    if (!/^(socket|pipe):/.test(target)) return [];
    const text = bytesOf(call).toString('latin1');
    if (writes.includes(name) && /^(admin token: |ilk-join-)/.test(text)) return ['replied to token'];
    const [, path] = /^(?:POST|PUT|GET) (\S+) HTTP/.exec(text) ?? [];
    if (name === 'read' && path) asked.set(target, path);
    return text.startsWith('HTTP/1.1 200') ? [`replied to ${asked.get(target)}`] : [];
  });
}

/** Nothing was said while something in the log was not on the disk; gives what was written and synced before each reply. */
function check(events: string[]): string[] {
  const durable: string[] = [];
  let isWritten = false;
  let isSynced = true;
  for (const event of events) {
    if (event === 'written') [isWritten, isSynced] = [true, false];
    else if (event === 'synced') isSynced = true;
    else {
      expect(isSynced, `${event} before what was written was synced`).toBe(true);
      if (isWritten) durable.push(event.slice('replied to '.length));
      isWritten = false;
    }
  }
  return durable;
}

const seen = 'read,write,writev,pwrite64,fdatasync,fsync';

test.skipIf(!mayTrace())(
  'what is acknowledged was on the disk before: fdatasync, then the reply',
  async () => {
    const { dir, remove } = scratch();
    const [keysDir, dataDir] = [join(dir, 'keys'), join(dir, 'data')];
    let server: Traced | undefined;
    try {
      await initKeys(keysDir, { channels: ['alpha'], threshold: 1, keys: 1 });
      const online = ['--online-keys', join(keysDir, 'online')];
      server = trace(dir, seen, 64, 'serve', '--data', dataDir, '--listen', '127.0.0.1:0', ...online);
      const url = await server.url;
      const token = server.lines
        .find((line) => line.startsWith('admin token: '))!
        .slice('admin token: '.length);
      const made = trace(dir, seen, 64, 'token', 'create', '--data', dataDir, '--role', 'join');
      await made.exit;
      const { dir: releaseDir } = makeRelease(dir, '2.0');
      await publish({ server: createClient({ server: url, token }), keysDir, releaseDir, channel: 'alpha' });
      const host = await enrolSmallHost(url, made.lines[0]!);
      const grant = await host.ask();
      await host.report(grant!, 'written');
      await host.report(grant!, 'confirmed');
      await killServer(dataDir, server);

      expect(check(story(made.calls()))).toEqual(['token']);
      expect(check(story(server.calls()))).toEqual([
        'token',
        '/v1/blobs/wanted',
        '/v1/publish',
        '/v1/enroll',
        '/v1/check-in',
        '/v1/reports',
        '/v1/reports',
      ]);
    } finally {
      if (server?.child.exitCode === null) await killServer(dataDir, server).catch(() => {});
      remove();
    }
  },
);
