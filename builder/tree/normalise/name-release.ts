import type { Definition } from '../../definition/definition.ts';
import { putFile } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';

/** The text of os-release(5): how a running host, and the boot loader, tell which release this is. */
export function osRelease({ name, suite }: Pick<Definition, 'name' | 'suite'>, version: string): string {
  const fields = {
    ID: 'interlock',
    ID_LIKE: 'debian',
    NAME: 'Interlock',
    PRETTY_NAME: `Interlock ${name} ${version}`,
    VERSION_ID: version,
    VERSION_CODENAME: suite,
    IMAGE_ID: name,
    IMAGE_VERSION: version,
  };
  const lines = Object.entries(fields).map(([key, value]) => `${key}="${value}"\n`);
  return lines.join('');
}

/** Writes a release's name into its tree, and the file whose mtime is systemd's earliest clock. */
export function nameRelease(tree: Tree, definition: Definition, version: string): void {
  putFile(tree, 'usr/lib/os-release', osRelease(definition, version));
  putFile(tree, 'usr/lib/clock-epoch', '');
}
