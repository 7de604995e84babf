import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
/** What opens a shell to whoever sits at a console, or changes who may log in there. */
const way =
  /root-shell|serial-console|agetty|sulogin|serial-getty|debug-shell|autologin|set_credential|ConditionCredential/;

test('tiny alone has a way in by its console; what other images and the agent bring has none', () => {
  const files = globSync('{images,agent/dist}/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
  const ways = files.filter((file) => way.test(file) || way.test(readFileSync(join(root, file), 'latin1')));
  expect(ways.toSorted()).toEqual([
    'images/tiny/overlay/usr/lib/systemd/system/serial-getty@.service.d/10-tiny.conf',
    'images/tiny/overlay/usr/lib/tiny/serial-console',
  ]);
});
