/** Where the units of a service manager and what presets say of them lie in a tree; folders that win come first. */
export interface UnitFolders {
  manager: 'system' | 'user';
  search: readonly string[];
  /** The folder that `systemctl enable` and `mask` write to, the first of `search`. */
  config: string;
  /** The folder of packages, the last of `search`. */
  vendor: string;
  presets: readonly string[];
}

/** The folders of the system's own manager. */
export const systemFolders: UnitFolders = folders('system', []);

/** The folders of users' managers, as `systemctl --global` sees them. */
export const userFolders: UnitFolders = folders('user', ['usr/local/share', 'usr/share']);

function folders(manager: UnitFolders['manager'], shares: readonly string[]): UnitFolders {
  const below = (parent: string) => `${parent}/systemd/${manager}`;
  const search = [below('etc'), ...shares.map(below), below('usr/local/lib'), below('usr/lib')];
  const presets = ['etc', 'usr/local/lib', 'usr/lib'].map((parent) => `${below(parent)}-preset`);
  return { manager, search, config: below('etc'), vendor: below('usr/lib'), presets };
}
