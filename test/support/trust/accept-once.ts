import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { TrustOptions } from '../../../agent/trust/open-trust.ts';

// A host that accepts once. The second argument says before which change on disk it is killed; 0 for never.
const options = JSON.parse(process.argv[2] ?? '') as TrustOptions;
let left = Number(process.argv[3]);

const probe = await fs.promises.open(import.meta.filename);
dieIn(Object.getPrototypeOf(probe), ['write', 'writeFile', 'sync', 'close']);
await probe.close();
dieIn(fs.promises, ['open', 'writeFile', 'rename', 'mkdir', 'rm']);
dieIn(fs, ['writeFileSync']);
syncBuiltinESMExports();

const { openTrust } = await import('../../../agent/trust/open-trust.ts');
const { runningVersion } = await import('./host.ts');
const trust = openTrust({ ...options, clock: { now: () => new Date() } });
await trust.accept({ version: '3', grant: null }, runningVersion('1'), 'server');

/** Kills this process, as `kill -9` does, before the change that is due. A write is cut in half. */
function dieIn(owner: object, names: string[]): void {
  const functions = owner as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const original = functions[name]!;
    functions[name] = function (this: unknown, ...args: unknown[]) {
      if (--left === 0) die(name, this, args);
      return original.apply(this, args);
    };
  }
}

function die(name: string, owner: unknown, args: unknown[]): void {
  const handle = (owner as { fd?: number } | undefined)?.fd;
  const file = handle ?? (args[0] as string);
  const content = String(handle === undefined ? args[1] : args[0]);
  if (name.startsWith('writeFile')) fs.appendFileSync(file, content.slice(0, content.length / 2));
  process.kill(process.pid, 'SIGKILL');
}
