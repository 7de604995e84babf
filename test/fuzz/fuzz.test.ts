import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';
import { listTargets } from './list-targets.ts';

test('every reader ends in a value or in an error of the table, on former findings and on a few thousand new inputs', async () => {
  const names = await listTargets();
  const through = new Set<string>();
  const findings = await fuzz(
    { names, seconds: 0.2, seed: 20261129 },
    { onThrough: (name) => through.add(name) },
  );
  expect(
    findings.map(({ name, problem, input }) => ({ name, problem, input: input.toString('base64') })),
  ).toEqual([]);
  expect([...through]).toEqual(names);
}, 120_000);
