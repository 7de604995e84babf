import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Figure, judge, type Measured } from './figure.ts';
import { formatFigures } from './table.ts';

/**
 * Runs one benchmark: `npm run bench -- NAME [--json]`. Exits with 1 when a target is missed.
 *
 * A benchmark is a file `bench/NAME.ts` with two exports: `summary`, one line that says what is measured, and `bench`,
 * an async generator that yields each figure as soon as it is measured (`Measured` in figure.ts). It runs its peers
 * itself, beside our own work in the same run, prefers processor seconds to wall time, says how it goes on standard
 * error, and leaves nothing running or lying about. What it is made of goes into a folder `bench/NAME/`.
 */
interface Benchmark {
  summary: string;
  /** Gets what `--pair` names, of those that measure pairs of versions. */
  bench(pairs: readonly string[]): AsyncGenerator<Measured>;
}

/** Former names, which work for one release. */
const formerNames: Readonly<Record<string, string>> = { desk: 'dashboard' };
const frame = ['run.ts', 'figure.ts', 'table.ts'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    pair: { type: 'string', multiple: true, default: [] },
  },
});
const names = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith('.ts') && !frame.includes(file))
  .map((file) => file.slice(0, -'.ts'.length));
const [given = ''] = positionals;
const name = Object.hasOwn(formerNames, given) ? formerNames[given]! : given;
if (name !== given) {
  process.stderr.write(`“${given}” is now called “${name}”; the old name goes with the next release\n`);
}

if (values.help || positionals.length !== 1 || !names.includes(name)) {
  const lines = await Promise.all(
    names.map(async (each) => `  ${each.padEnd(12)}  ${(await load(each)).summary}`),
  );
  process.stderr.write(`npm run bench -- NAME [--json]\n${lines.join('\n')}\n`);
  process.exitCode = values.help ? 0 : 64;
} else {
  const figures = await measure(await load(name));
  process.stdout.write(`${values.json ? JSON.stringify(figures, null, 2) : formatFigures(figures)}\n`);
  process.exitCode = figures.some(({ ok }) => ok === false) ? 1 : 0;
}

function load(benchmark: string): Promise<Benchmark> {
  return import(`./${benchmark}.ts`);
}

async function measure({ bench }: Benchmark): Promise<Figure[]> {
  const figures: Figure[] = [];
  for await (const measured of bench(values.pair)) {
    figures.push(judge(measured));
    const { figure, value, unit, peer, peerValue } = measured;
    const beside = peer === undefined ? '' : `; ${peer}: ${peerValue}`;
    process.stderr.write(`${figure}: ${value} ${unit}${beside}\n`);
  }
  return figures;
}
