import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doubtfulModes } from '../../../../builder/definition/overlay/doubtful-modes.ts';
import { listOverlay } from '../../../../builder/definition/overlay/list-overlay.ts';
import { readPerms } from '../../../../builder/definition/overlay/read-perms.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { applyPerms } from '../../../../builder/tree/overlay/apply-perms.ts';
import { layOverlay } from '../../../../builder/tree/overlay/lay-overlay.ts';
import { overlayDigest } from '../../../../builder/tree/overlay/lay-overlays.ts';
import { lostRights } from '../../../../builder/tree/overlay/lost-rights.ts';

let work: string;
let overlay: string;
let tree: Tree;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'perms-'));
  overlay = join(work, 'overlay');
  await mkdir(overlay);
  tree = new Map();
  putDirectory(tree, '');
  putFile(tree, 'etc/passwd', 'root:x:0:0::/root:/bin/sh\napp:x:450:450::/:/bin/sh\n');
  putFile(tree, 'etc/group', 'root:x:0:\nshadow:x:42:\n');
});
afterEach(() => rm(work, { recursive: true }));

async function put(path: string, mode = 0o644): Promise<void> {
  const file = join(overlay, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'mine');
  await chmod(file, mode);
}
const perms = (text: string) => writeFile(`${overlay}.perms`, text);
const lay = async () => {
  await layOverlay(tree, overlay);
  await applyPerms(tree, { overlays: [overlay] });
};
const rights = (path: string) => {
  const { mode, uid, gid } = tree.get(path)!;
  return `${mode.toString(8).padStart(4, '0')} ${uid}:${gid}`;
};

describe('overlay.perms', () => {
  it('gives owners and modes, a later line counting for what it says', async () => {
    putSymlink(tree, 'bin', 'usr/bin');
    putDirectory(tree, 'usr/bin');
    putDirectory(tree, 'etc/app');
    for (const path of ['etc/app/key', 'etc/app/größe/x', 'bin/helper', 'etc/other']) await put(path);
    await symlink('x', join(overlay, 'etc/app/link'));
    await perms(`# who reads what
"/etc/app/" = { mode = "0750", group = "shadow" }
"/etc/app/**" = { owner = "app", mode = "0640" }
"/etc/app/gr?ße/" = { mode = "700" }
"/etc/app/key" = { mode = "0400" }

["/bin/helper"]
mode = "4755"
group = 7
`);
    await lay();
    expect(rights('etc/app')).toBe('0750 0:42');
    expect(rights('etc/app/key')).toBe('0400 450:0');
    expect(rights(Buffer.from('etc/app/größe').toString('latin1'))).toBe('0700 0:0');
    expect(rights(Buffer.from('etc/app/größe/x').toString('latin1'))).toBe('0640 450:0');
    expect(rights('etc/app/link')).toBe('0777 450:0');
    expect(rights('usr/bin/helper')).toBe('4755 0:7');
    expect(rights('etc/other')).toBe('0644 0:0');
  });

  it.each([
    ['"/etc/none" = { mode = "0600" }', /names nothing in the overlay$/],
    ['"/etc/app" = { mode = "0600" }', /names nothing in the overlay; did you mean \/etc\/app\/\?/],
    ['"/etc/app/key/" = { mode = "0600" }', /did you mean \/etc\/app\/key\?/],
    ['"etc/app/key" = { mode = "0600" }', /must begin with \//],
    ['"/etc/app/key" = { mode = "rw" }', /mode/],
    ['"/etc/app/key" = { mode = 600 }', /mode/],
    ['"/etc/app/key" = { user = "app" }', /unknown key/],
    ['"/etc/app/{key" = { mode = "0600" }', /is not a valid glob/],
    ['"/etc/app/key" = ', /./],
    ['"/etc/app/key" = { owner = "nobody-here" }', /the image has no user nobody-here/],
    ['"/etc/app/key" = { group = "app" }', /the image has no group app/],
  ])('names the line of %s', async (line, problem) => {
    await put('etc/app/key');
    await perms(`\n${line}\n`);
    await expect(lay()).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { file: `${overlay}.perms`, line: 2, problem: expect.stringMatching(problem) },
    });
  });

  it('is part of what the overlay is', async () => {
    await put('etc/x');
    const before = await overlayDigest(overlay);
    await perms('"/etc/x" = { mode = "0600" }\n');
    expect(await overlayDigest(overlay)).not.toBe(before);
    expect(await readPerms(overlay, await listOverlay(overlay))).toHaveLength(1);
  });
});

describe('doubtfulModes', () => {
  it('says which modes git does not keep, unless overlay.perms says them', async () => {
    await put('etc/key', 0o600);
    await put('etc/plain', 0o664);
    await put('usr/bin/run', 0o775);
    await mkdir(join(overlay, 'etc/private'), { mode: 0o700 });
    expect(await doubtfulModes(overlay)).toEqual([]);
    await mkdir(join(work, '.git'));
    expect(await doubtfulModes(overlay)).toEqual([
      `${overlay}/etc/key is 0600 here, and git makes it 0644 in another checkout: give its mode in ${overlay}.perms`,
      `${overlay}/etc/private/ is 0700 here, and git makes it 0755 in another checkout: give its mode in ${overlay}.perms`,
    ]);
    await perms('"/etc/key" = { mode = "0600" }\n"/etc/private/" = { mode = "0700" }\n');
    expect(await doubtfulModes(overlay)).toEqual([]);
  });

  it('says which secret everybody may read, and which bits do not come along', async () => {
    await put('etc/wireguard/wg0.conf');
    await put('etc/ssl/private/site.key', 0o600);
    await put('usr/bin/su', 0o4755);
    expect(await doubtfulModes(overlay)).toEqual([
      expect.stringMatching(/wg0\.conf can be read by every user/),
      expect.stringMatching(/usr\/bin\/su is setuid/),
    ]);
  });

  it('is short where a umask took every right away', async () => {
    await mkdir(join(work, '.git'));
    for (let n = 0; n < 20; n++) await put(`etc/${n}`, 0o600);
    const lines = await doubtfulModes(overlay);
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toContain('12 more');
  });
});

it('says which program lost its setuid bit to a file of an overlay', async () => {
  putFile(tree, 'usr/bin/su', 'theirs', 0o4755);
  const packages = new Map(tree);
  await put('usr/bin/su', 0o755);
  await lay();
  expect(lostRights(packages, tree, ['usr/bin/su', 'etc/passwd'])).toEqual([
    '/usr/bin/su of an overlay replaces a setuid or setgid program and is none',
  ]);
  await perms('"/usr/bin/su" = { mode = "4755" }\n');
  await lay();
  expect(lostRights(packages, tree, ['usr/bin/su'])).toEqual([]);
});
