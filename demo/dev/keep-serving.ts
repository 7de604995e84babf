import { type ServerProcess, startServer } from '../../test/update-server/support/start-server.ts';
import { watchSources } from './watch-sources.ts';

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

  const sources = watchSources((file) => {
    changes = changes.then(() => restart(file));
  });
  return {
    url,
    async stop() {
      sources.stop();
      await changes;
      await server?.end();
    },
  };
}
