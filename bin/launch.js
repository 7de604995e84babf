import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs a TypeScript entry with the Node this project pins; plain JavaScript, because any Node may start it. */
export function launch(entry) {
  const program = fileURLToPath(new URL(entry, import.meta.url));
  const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  const node = existsSync(pinned) ? pinned : process.execPath;
  if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
    process.stderr.write('Node 24 is needed. Run: npm run setup\n');
    process.exit(69);
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 : (code ?? 1)));
}
