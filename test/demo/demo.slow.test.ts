import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../demo/run.ts');

test('the demo tells its story in ten lines and leaves nothing running', async () => {
  const child = spawn(process.execPath, [program, '--file-backed'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const status = await new Promise((resolve) => child.once('close', resolve));
  const text = output.join('');
  expect(status, text).toBe(0);
  const story = text.split('\n').filter((line) => /^ +\d+ {2}\S/.test(line) && !/ s {2}/.test(line));
  expect(story).toHaveLength(10);
  expect(text).toMatch(/At most 1 host was down at any time/);
  expect(text).toMatch(/Release 3 fails its health check: n\d tried it/);
  const [folder] = /interlock-demo-\w+/.exec(text)!;
  expect(processesUnder(folder)).toEqual([]);
});

/** Command lines of processes that work in a folder of that name. */
function processesUnder(name: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(name));
}
