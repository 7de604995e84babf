import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-fuzz-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A target that does something with each input. */
async function makeTarget(name: string, corpus: string[], body: string): Promise<string> {
  const texts = JSON.stringify(corpus);
  const code = `const kept: unknown[] = [];
export const target = { corpus: () => ${texts}.map((text) => Buffer.from(text)), run(input: Buffer) { ${body} } };\n`;
  await writeFile(join(folder, `${name}.ts`), code);
  return join(folder, name);
}

test('an input of which the process dies is kept, and the next target is tried', async () => {
  const fatal = 'for (;;) kept.push(new Array(1e6).fill({}));';
  const dies = await makeTarget('dies', ['good', 'fatal'], `if (input.toString() === 'fatal') ${fatal}`);
  const good = await makeTarget('good', ['good'], 'return input.length;');
  const through: string[] = [];
  const findings = await fuzz(
    { names: [dies, good], seconds: 0.1, seed: 1 },
    { onThrough: (name) => through.push(name) },
    64,
  );
  expect(findings.map(({ name, input }) => ({ name, input: input.toString() }))).toEqual([
    { name: dies, input: 'fatal' },
  ]);
  expect(findings[0]!.problem).toMatch(/^the process ended with SIGABRT\n.*heap out of memory/s);
  expect(through).toEqual([good]);
});

test('an input that waits for what never comes is kept', async () => {
  const waits = await makeTarget('waits', ['x'], 'return new Promise(() => {});');
  const [finding] = await fuzz({ names: [waits], seconds: 0.1, seed: 1 });
  expect(finding).toMatchObject({ problem: 'waits for what never comes', input: Buffer.from('x') });
});

test('a reader that keeps what it reads is found', async () => {
  const keeps = await makeTarget('keeps', ['x'], 'kept.push(new Array(2000).fill(input[0]));');
  const [finding] = await fuzz({ names: [keeps], seconds: 60, inputs: 10_000, seed: 1 });
  expect(finding?.problem).toMatch(/^\d{8,} bytes of the heap are kept after \d+ inputs$/);
});
