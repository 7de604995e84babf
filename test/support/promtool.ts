import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs Prometheus's checker to its end; its words and exit status. */
export function promtool(args: readonly string[], input = ''): Promise<{ said: string; code: number }> {
  return new Promise((done) => {
    const child = execFile(findPromtool(), args, (error, stdout, stderr) =>
      done({ said: stdout + stderr, code: Number(error?.code ?? 0) }),
    );
    child.stdin?.end(input);
  });
}

/** Debian's, on the path or as `setup.js` unpacked it. */
function findPromtool(): string {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'promtool'));
  const unpacked = join(import.meta.dirname, '../../.cache/tools/promtool/usr/bin/promtool');
  const found = [...onPath, unpacked].find((place) => existsSync(place));
  if (!found) throw new Error('promtool is not here: node setup.js --peers');
  return found;
}
