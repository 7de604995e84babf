import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDataDir } from '../../update-server/disk/data-dir.ts';
import {
  adminToken,
  interlock,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';

const isRoot = process.getuid?.() === 0;
let dir: string;
let data: string;
let remove: () => void;
let server: ServerProcess | undefined;

beforeEach(() => {
  ({ dir, remove } = scratch());
  chmodSync(dir, 0o755);
  data = join(dir, 'data');
});
afterEach(async () => {
  await server?.end();
  server = undefined;
  remove();
});

const mode = (path: string) => statSync(path).mode & 0o7777;
const open = () =>
  readdirSync(data, { recursive: true, encoding: 'utf8' })
    .map((name) => join(data, name))
    .filter((path) => mode(path) & 0o077);

describe('a folder that others may read', () => {
  it.each([
    ['is made by systemd or by hand', () => mkdirSync(data, { mode: 0o755 })],
    ['is open to everybody', () => void (mkdirSync(data) ?? chmodSync(data, 0o777))],
    ['is a mount of its own, as open as /tmp', () => void (mkdirSync(data) ?? chmodSync(data, 0o1777))],
    ['is not there yet', () => {}],
  ])('that %s is closed at the start, and so is what lies in it', async (_how, make) => {
    make();
    const before = process.umask(0);
    try {
      server = await startServer(data);
    } finally {
      process.umask(before);
    }
    expect(mode(data)).toBe(0o700);
    expect(open()).toEqual([]);
    expect(readdirSync(data)).toContain('interlock.db-shm');
  });

  it('was left by an earlier start, with all its files', async () => {
    server = await startServer(data);
    await server.end('SIGKILL');
    for (const path of [data, ...readdirSync(data).map((name) => join(data, name))]) {
      chmodSync(path, statSync(path).mode | 0o066);
    }
    mkdirSync(join(data, 'online'), { mode: 0o755 });
    writeFileSync(join(data, 'online', 'old.pem'), 'x', { mode: 0o644 });
    const problems: string[] = [];
    prepareDataDir(data, (problem) => problems.push(problem));
    expect([open(), problems]).toEqual([[], []]);
  });

  it('is one with other things in it, and is left alone with a warning', () => {
    mkdirSync(join(data, 'somebody'), { recursive: true, mode: 0o755 });
    chmodSync(data, 0o1777);
    const problems: string[] = [];
    prepareDataDir(data, (problem) => problems.push(problem));
    expect(mode(data)).toBe(0o1777);
    expect(problems).toEqual([expect.stringContaining('open to other users')]);
  });

  it.each([
    [0o710, 0o2750, 0o710, 0o2750],
    [0o710, 0o750, 0o710, 0o750],
    [0o750, 0o755, 0o700, 0o700],
    [0o711, 0o2770, 0o700, 0o700],
  ])(
    '(%o, blobs %o) may let a file server’s group through to the blobs, and no further',
    (top, blobs, ...then) => {
      mkdirSync(join(data, 'blobs'), { recursive: true });
      chmodSync(data, top);
      chmodSync(join(data, 'blobs'), blobs);
      prepareDataDir(data, () => {});
      expect([mode(data), mode(join(data, 'blobs'))]).toEqual(then);
    },
  );
});

it.skipIf(!isRoot)('another user reads nothing and holds no lock', async () => {
  mkdirSync(data, { mode: 0o755 });
  server = await startServer(data);
  const stranger = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  for (const name of ['interlock.db', 'interlock.db-wal', 'interlock.db-shm', 'serve.lock', 'admin-token']) {
    const { status } = spawnSync('setpriv', [...stranger, 'test', '-r', join(data, name)]);
    expect([name, status]).toEqual([name, 1]);
  }
});

describe('the first admin token', () => {
  it('lies in a file of its own, that only the server’s user reads', async () => {
    server = await startServer(data);
    const file = join(data, 'admin-token');
    expect(readFileSync(file, 'utf8').trim()).toBe(adminToken(server));
    expect(mode(file)).toBe(0o600);
    expect(server.lines.join('\n')).toContain(file);
  });

  it('stays out of the journal', () => {
    const program = join(import.meta.dirname, '../../cli/main.ts');
    const script = `
      read -r dev ino <<< "$(stat -L -c '%d %i' /proc/$$/fd/1)"
      export JOURNAL_STREAM=$dev:$ino
      exec timeout -s TERM 20 "$@" & pid=$!
      for _ in $(seq 150); do test -e ${data}/admin-token && break; sleep 0.1; done
      sleep 1; kill $pid; wait $pid`;
    const words = [process.execPath, program, 'serve', '--data', data, '--listen', '127.0.0.1:0'];
    const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
    expect(existsSync(join(data, 'admin-token'))).toBe(true);
    expect(stdout).toContain('admin-token');
    expect(stdout).not.toContain('admin token: ');
    expect(stdout).not.toContain(readFileSync(join(data, 'admin-token'), 'utf8').trim());
  });
});

it('backups and what is restored from them are closed too', async () => {
  server = await startServer(data);
  const before = process.umask(0);
  try {
    expect((await interlock('backup', join(dir, 'saved'), '--data', data)).code).toBe(0);
    expect((await interlock('restore', join(dir, 'saved'), '--data', join(dir, 'again'))).code).toBe(0);
  } finally {
    process.umask(before);
  }
  for (const folder of ['saved', 'again']) {
    expect(mode(join(dir, folder))).toBe(0o700);
    for (const name of readdirSync(join(dir, folder))) expect(mode(join(dir, folder, name)) & 0o077).toBe(0);
  }
});
