import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { listTargets } from './list-targets.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, inputs: { type: 'string' }, seed: { type: 'string' } },
});
const all = await listTargets();
const unknown = positionals.filter((name) => name !== 'all' && !all.includes(name));
if (positionals.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no target ${unknown.join(', ')}`);
  console.log(
    `npm run fuzz -- NAME… [--seconds N] [--inputs N] [--seed S]\ntargets: ${all.join(' ')} (or all)`,
  );
  process.exit(unknown.length > 0 ? 2 : 0);
}
const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed);
const names = positionals.includes('all') ? all : positionals;
const inputs = values.inputs === undefined ? undefined : Number(values.inputs);
// a number of inputs takes as long as it takes
const seconds = Number(values.seconds ?? (inputs === undefined ? 60 : 7 * 86_400));
console.log(`seed ${seed}`);
const say = (text: string) => console.log(text);
const findings = await fuzz(
  { names, seconds, inputs, seed },
  {
    onProgress: (name, tried) => say(`${name}: ${tried} so far`),
    onThrough: (name, tried) => say(`${name}: ${tried} inputs`),
  },
);
for (const { name, problem, input } of findings) {
  const folder = new URL(`./regressions/${name}/`, import.meta.url);
  const file = new URL(`${createHash('sha256').update(input).digest('hex').slice(0, 16)}.bin`, folder);
  await mkdir(folder, { recursive: true });
  await writeFile(file, input);
  console.log(`\n${name}: FOUND, kept as ${file.pathname}\n${problem}`);
}
process.exit(findings.length > 0 ? 1 : 0);
