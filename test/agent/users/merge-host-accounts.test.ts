import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mergeHostAccounts, noteHostAccounts } from '../../../agent/users/merge-host-accounts.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'accounts-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const [image, own, etc] = ['run/interlock/image-etc', 'var/lib/interlock/etc/upper', 'etc'];
const rootLine = 'root:x:0:0:root:/root:/bin/bash\n';
const sshd = 'sshd:x:990:65534::/run/sshd:/usr/sbin/nologin\n';
const bob = 'bob:x:1001:1001:B\xf6b:/home/bob:/bin/sh\n';

function put(folder: string, files: Record<string, string>): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text, 'latin1');
}
const read = (path: string) => readFileSync(join(root, path), 'latin1');
/** The overlay: what the host has of its own is seen, and lies in its upper folder. */
function change(files: Record<string, string>): void {
  put(own, files);
  put(etc, files);
}

test('a host that has no accounts of its own gets no file', async () => {
  put(image, { passwd: rootLine });
  put(etc, { passwd: rootLine });
  await noteHostAccounts(root);
  expect(await mergeHostAccounts(root)).toEqual([]);
  expect(existsSync(join(root, 'var/lib/interlock/users'))).toBe(false);
});

test('what useradd and passwd wrote by hand survives an update, byte by byte, with owner and mode of the file', async () => {
  put(image, { passwd: rootLine, shadow: 'root:*:1::::::\n' });
  put(etc, { passwd: rootLine, shadow: 'root:*:1::::::\n' });
  change({ passwd: rootLine + bob, shadow: 'root:$y$new:9::::::\nbob:!:9::::::\n' });
  chmodSync(join(root, etc, 'shadow'), 0o640);
  await noteHostAccounts(root);

  put(image, {
    passwd: rootLine.replace('root:/', 'Superuser:/') + sshd,
    shadow: 'root:*:1::::::\nsshd:!:1::::::\n',
  });
  await mergeHostAccounts(root);
  expect(read('etc/passwd')).toBe(rootLine.replace('root:/', 'Superuser:/') + sshd + bob);
  expect(read('etc/shadow')).toBe('root:$y$new:9::::::\nsshd:!:1::::::\nbob:!:9::::::\n');
  expect(statSync(join(root, 'etc/shadow')).mode & 0o777).toBe(0o640);
  expect(read('var/lib/interlock/users/passwd')).toBe(bob);
  expect(statSync(join(root, 'var/lib/interlock/users/shadow')).mode & 0o777).toBe(0o600);

  change({ passwd: read('etc/passwd'), shadow: read('etc/shadow') });
  put(image, { passwd: rootLine, shadow: 'root:*:1::::::\n' });
  await mergeHostAccounts(root);
  expect(read('etc/passwd')).toBe(rootLine + bob);
  expect(read('etc/shadow')).toBe('root:$y$new:9::::::\nbob:!:9::::::\n');
});

test('what a power cut left beside the files goes', async () => {
  put(image, { passwd: rootLine });
  change({ passwd: rootLine + bob, 'shadow.0badcafe.tmp': 'bob:secret' });
  await mergeHostAccounts(root);
  expect(existsSync(join(root, 'etc/shadow.0badcafe.tmp'))).toBe(false);
});
