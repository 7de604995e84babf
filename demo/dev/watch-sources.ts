import { type FSWatcher, globSync, watch } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** What the server and the dashboard are made of. */
const watched = ['cli', 'dashboard', 'protocol', 'system', 'update-server'];
const isSource = /\.(tsx?|css|html|svg|sql|toml)$/;
/** Editors write a file in several steps, and git changes many files at once. */
const quietMs = 300;

/** Reports a source file that changed, once for changes close together. */
export function watchSources(changed: (file: string) => void): { stop(): void } {
  let watchers = watchFolders();
  let timer: NodeJS.Timeout | undefined;

  // each folder by itself: Node's recursive watch on Linux loses a file that an editor has replaced
  function watchFolders(): FSWatcher[] {
    const folders = globSync(
      watched.map((name) => `${name}/**/`),
      { cwd: root },
    );
    return folders.map((folder) =>
      watch(join(root, folder), (_, name) => {
        const isFolder = name && !name.includes('.');
        if (!name || !(isFolder || isSource.test(name))) return;
        clearTimeout(timer);
        timer = setTimeout(report, quietMs, join(folder, name));
      }),
    );
  }

  function report(file: string): void {
    // folders may have come and gone
    const former = watchers;
    watchers = watchFolders();
    for (const watcher of former) watcher.close();
    changed(file);
  }

  return {
    stop() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
