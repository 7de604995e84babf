import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kindOf } from '../../cli/complete/kind-of.ts';
import { createInterlock } from '../../cli/program.ts';
import { describeProgram } from '../../system/command/command-tree.ts';
import { bashCompletion } from '../../system/completion/bash.ts';
import { fishCompletion } from '../../system/completion/fish.ts';
import { zshCompletion } from '../../system/completion/zsh.ts';

const call = promisify(execFile);
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'completion-'));
  const program = describeProgram(await createInterlock());
  await writeFile(join(dir, 'bash'), bashCompletion(program, kindOf));
  await writeFile(join(dir, 'zsh'), zshCompletion(program, kindOf));
  await writeFile(join(dir, 'fish'), fishCompletion(program, kindOf));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** Answers of two real shells to a line whose last word is being typed. */
const shells: Record<string, (words: string[]) => Promise<string[]>> = {
  async bash(words) {
    const script = `source ${dir}/bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _interlock; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return lines((await call('bash', ['-c', script, 'bash', ...words])).stdout);
  },
  async fish(words) {
    const script = `source ${dir}/fish; complete -C "$argv"`;
    const { stdout } = await call('fish', ['--no-config', '-c', script, words.join(' ')]);
    return lines(stdout).map((line) => line.split('\t')[0] ?? '');
  },
};

const typed: [line: string, expected: string[]][] = [
  ['interlock ke', ['keys']],
  ['interlock ro', ['rollback', 'rollout']],
  ['interlock rollout w', ['watch']],
  ['interlock --json keys ro', ['rotate']],
  ['interlock host list --server http://x --st', ['--state']],
  ['interlock disk releases/x --format q', ['qcow2']],
  ['interlock token create --role pub', ['publisher']],
  ['interlock completion z', ['zsh']],
  ['interlock publish --channel keys --ke', ['--keys']],
];

for (const [shell, complete] of Object.entries(shells)) {
  test.each(typed)(`${shell} completes “%s”`, async (line, expected) => {
    expect((await complete(line.split(' '))).toSorted()).toEqual(expected);
  });
}

test('zsh completes what is typed on a terminal', async () => {
  const session = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'PROMPT=; interlock() { print "called: $*" }; autoload -U compinit; compinit -u -D; source ${dir}/zsh; print rea""dy'
    zpty -r -m shell out '*ready*'
    zpty -w -n shell $'interlock ke\tini\t--na\t\n'
    zpty -r -m shell out '*called: keys init --name*'
    print completed`;
  const { stdout } = await call('zsh', ['-f', '-c', session], { timeout: 20_000 });
  expect(stdout).toContain('completed');
});

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}
