import { watch } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../../test/update-server/support/start-server.ts';

const root = join(import.meta.dirname, '../..');
/** What the server and the dashboard are made of. */
const watched = ['cli', 'dashboard', 'protocol', 'system', 'update-server'];
/** Editors write a file in several steps, and git changes many files at once. */
const quietMs = 300;

/** Runs the server and starts it again, at the same address, when a source file changes. */
export async function keepServing(
  dataDir: string,
  listen: string,
  print: (line: string) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  let server: ServerProcess | undefined = await startServer(dataDir, '--listen', listen);
  const { url } = server;
  const sameAddress = new URL(url).host;
  let changes = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function restart(file: string): Promise<void> {
    await server?.end();
    server = undefined;
    try {
      server = await startServer(dataDir, '--listen', sameAddress);
      print(`restarted: ${file} changed`);
    } catch (error) {
      print(`${(error as Error).message}\nwaiting for the next change`);
    }
  }

  const watchers = watched.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_, name) => {
      if (!name || !/\.(tsx?|css|html|svg|sql|toml)$/.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        changes = changes.then(() => restart(`${folder}/${name}`));
      }, quietMs);
    }),
  );
  return {
    url,
    async stop() {
      for (const watcher of watchers) watcher.close();
      clearTimeout(timer);
      await changes;
      await server?.end();
    },
  };
}
