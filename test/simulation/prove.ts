import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import { coveredBy } from './covered.ts';
import { runRollout } from './fleet/rollout.ts';
import { runFleets } from './fleet/run-fleets.ts';
import { RolloutHosts } from './fleet/tally.ts';
import { proveFleetLock } from './fleetlock/prove.ts';
import { type Examined, examine, type Level, largerLevels, smallLevels } from './levels.ts';
import { type Trial, tryMutant } from './mutants/mutant.ts';
import { mutants } from './mutants/mutants.ts';
import { coverageLines, levelLine, mutantLine, tallyLines, traceLines } from './print.ts';

const gibibyte = 2 ** 30;
/** What an exploration may keep; tables and the doubling of a set come on top. */
const bytes = Math.min(7 * gibibyte, freemem() / 2);

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'string' },
    traces: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  print([
    'Proves "at most N down" within a time: model, mutants, simulated fleets.',
    '  npm run prove -- --seconds 600            everything, larger bounds as far as the time goes',
    '  npm run prove -- --seconds 600 --traces   with the shortest trace of each mutant',
    '  npm run prove -- --replay 4711            one simulated rollout by its seed, printed step by step',
  ]);
} else if (values.replay !== undefined) {
  const rollout = await runRollout(numberOf('replay', values.replay), (line) => print([line]));
  print([JSON.stringify(rollout)]);
  if (rollout.violation) process.exitCode = 1;
} else {
  await prove(numberOf('seconds', values.seconds), numberOf('seed', values.seed), values.traces);
}

/** Runs everything within the time; the exit code is 1 unless all of it held. */
async function prove(seconds: number, seed: number, isTold: boolean): Promise<void> {
  const start = Date.now();
  const until = start + seconds * 1000;
  const failures: string[] = [];

  print(['Model: shipped state machine and semaphore, breadth first']);
  const examined: Examined[] = [];
  const examineAll = (levels: readonly Level[], isWhole: boolean) => {
    for (const level of levels) {
      if (Date.now() > until) break;
      const one = examine(level, { until, bytes });
      examined.push(one);
      print([levelLine(one)]);
      const { violation, complete } = one.explored;
      if (violation) {
        failures.push(violation.problem);
        print([`  ✗ ${violation.problem}`, ...traceLines(violation.trace)]);
      } else if (isWhole && !complete)
        failures.push('the small bounds were not exhausted: give it more time');
    }
  };
  examineAll(smallLevels, true);

  print(['', 'Mutants: each classic mistake, alone']);
  const trials: Trial[] = [];
  for (const mutant of mutants) {
    const trial = tryMutant(mutant, until);
    trials.push(trial);
    print([mutantLine(trial)]);
    if (isTold && trial.explored.violation) {
      print([`      ${mutant.mistake}`, ...traceLines(trial.explored.violation.trace)]);
    }
    if (!trial.isRight) failures.push(`mutant: ${mutant.name}`);
  }

  print(['', 'FleetLock: foreign hosts, the shipped places, and the server between them']);
  const foreign = proveFleetLock({ until, bytes });
  print(foreign.lines);
  failures.push(...foreign.failures);

  print(['', 'Larger bounds, beside simulated fleets of the shipped agent']);
  const tally = new RolloutHosts();
  const simulated = Date.now();
  const fleets = (firstSeed: number) =>
    runFleets({ firstSeed, count: 1e9, until, threads: 1 }, (rollout) => tally.add(rollout));
  const beside = fleets(seed);
  examineAll(largerLevels, false);
  await Promise.all([beside, fleets(seed + 1e9)]);

  print([
    '',
    `Simulation: seeds from ${seed} and ${seed + 1e9}`,
    ...tallyLines(tally, (Date.now() - simulated) / 1000),
  ]);
  for (const { seed: broken, violation } of tally.violations) failures.push(`seed ${broken}: ${violation}`);
  for (const { seed: broken } of tally.unfinished) failures.push(`seed ${broken}: not done`);
  if (tally.rollouts === 0) failures.push('no time was left for the simulation');

  const rows = coveredBy(
    examined,
    trials.map(({ world }) => world.setting.coverage),
  );
  print(['', 'Coverage', ...coverageLines(rows)]);
  for (const { kind, name } of rows.filter(({ count }) => count === 0))
    failures.push(`${kind} never fired: ${name}`);

  const states = examined.reduce((sum, { explored }) => sum + explored.states, 0);
  const took = ((Date.now() - start) / 1000).toFixed(0);
  print(['', `${states} states, ${trials.length} mutants, ${tally.rollouts} rollouts in ${took} s`]);
  print(failures.length > 0 ? failures.map((failure) => `✗ ${failure}`) : ['✓ at most N down']);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  process.stderr.write(`--${name} takes a whole number, not ${text}\n`);
  return process.exit(64);
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
