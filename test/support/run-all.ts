import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Summary {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numFailedTestSuites: number;
}

const folder = mkdtempSync(join(tmpdir(), 'interlock-test-'));
const report = join(folder, 'report.json');
const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
const args = [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
];
const { status } = spawnSync(process.execPath, [vitest, ...args], {
  stdio: ['ignore', 'inherit', 'inherit'],
});

const summary = JSON.parse(readFileSync(report, 'utf8')) as Summary;
rmSync(folder, { recursive: true });
const failed = summary.numFailedTests || (status === 0 ? 0 : Math.max(summary.numFailedTestSuites, 1));
process.stdout.write(
  `${summary.numPassedTests} passed, ${failed} failed, ${summary.numPendingTests} skipped\n`,
);
process.exitCode = status ?? 1;
