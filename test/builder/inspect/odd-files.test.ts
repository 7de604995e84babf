import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare } from '../../../builder/inspect/compare.ts';
import { loadRelease } from '../../../builder/release/check-release.ts';
import { makeRelease } from '../support/made-release.ts';

const run = promisify(execFile);
const cli = new URL('../../../cli/main.ts', import.meta.url).pathname;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'odd-files-'));
  await mkdir(join(dir, 'whole'));
  await makeRelease(join(dir, 'whole'), [{ path: 'file', type: '0', content: Buffer.from('x') }]);
});
afterAll(() => rm(dir, { recursive: true }));

/** `interlock inspect`: exit status and all it printed. */
async function inspect(path: string): Promise<[number, string]> {
  return run(process.execPath, [cli, 'inspect', path]).then(
    ({ stdout }) => [0, stdout],
    ({ code, stderr }) => [code, stderr],
  );
}

interface Changeable {
  root: { size: unknown };
  payloads: { size: unknown; from: unknown }[];
}

async function putJson(change: (release: Changeable) => void): Promise<string> {
  const release = JSON.parse(await readFile(join(dir, 'whole/release.json'), 'utf8'));
  change(release);
  await mkdir(join(dir, 'odd'), { recursive: true });
  await writeFile(join(dir, 'odd/release.json'), JSON.stringify(release).replaceAll('"1e300"', '1e300'));
  return join(dir, 'odd');
}

test('sizes that are no numbers, and a release without a full payload, are refused by name', async () => {
  const from = { version: '0', rootHash: 'a'.repeat(64) };
  const changes: ((release: Changeable) => void)[] = [
    (release) => {
      release.payloads[0]!.size = '1e300';
    },
    (release) => {
      release.root.size = '1e300';
    },
    (release) => {
      release.payloads[0]!.from = from;
    },
    (release) => {
      release.payloads = [];
    },
  ];
  for (const change of changes) {
    const folder = await putJson(change);
    await expect(loadRelease(folder)).rejects.toMatchObject({ code: 'release_invalid' });
    await expect(compare(folder, folder)).rejects.toMatchObject({ code: 'release_invalid' });
  }
  const [status, said] = await inspect(join(dir, 'odd'));
  expect([status, said]).toEqual([65, expect.stringContaining('release.json')]);
});

test('folders, pipes, loops and files without end are no release.json', async () => {
  const file = join(dir, 'odd/release.json');
  const ways: (() => Promise<unknown>)[] = [
    () => mkdir(file),
    () => run('mkfifo', [file]),
    () => symlink('release.json', file),
    () => symlink('/dev/zero', file),
    async () => {
      await writeFile(file, '{');
      await truncate(file, 2 ** 33);
    },
  ];
  await mkdir(join(dir, 'odd'), { recursive: true });
  for (const make of ways) {
    await rm(file, { recursive: true, force: true });
    await make();
    await expect(loadRelease(join(dir, 'odd'))).rejects.toMatchObject({
      code: 'bad_input',
      details: { what: file },
    });
  }
  await rm(file);
  await expect(loadRelease(join(dir, 'odd'))).rejects.toMatchObject({ code: 'not_found' });
});

test('a payload is named when its header is cut, endless or of another format', async () => {
  const whole = await readFile(join(dir, 'whole/payload.full'));
  const path = join(dir, 'payload.full');
  const endless = Buffer.from(whole);
  endless.writeUInt32LE(0xffffffff, 8);
  for (const bytes of [whole.subarray(0, 5), whole.subarray(0, 100), endless, Buffer.alloc(500)]) {
    await writeFile(path, bytes);
    const [status, said] = await inspect(path);
    expect([status, said]).toEqual([65, expect.stringContaining(path)]);
  }
  await copyFile(join(dir, 'whole/payload.full'), path);
  expect((await inspect(path))[1]).toContain('format 4');
});
