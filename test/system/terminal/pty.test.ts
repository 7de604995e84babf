import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const terminal = join(import.meta.dirname, '../../../system/terminal');

/** Runs a piece of a program on a terminal of its own (util-linux's `script`), types, and returns what stood there. */
async function onTerminal(code: string, typed: string, prompt: string, isShell = false): Promise<string> {
  const command = isShell ? code : `${process.execPath} --input-type=module -e '${code}'`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  let isTyped = false;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (isTyped || !shown.includes(prompt)) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  await once(child, 'close');
  return shown;
}

const ask = `
  import { askSecret } from "${terminal}/secret.ts";
  const secret = await askSecret("Token: ").catch((error) => error.code);
  console.log("got " + [...secret].reverse().join(""));`;

test('a secret is typed unseen, and a slip can be taken back', async () => {
  const shown = await onTerminal(ask, 'hushx\x7f!\r', 'Token: ');
  expect(shown).toContain('got !hsuh');
  expect(shown).not.toContain('hush');
});

const askSomething = `
  import { askYes } from "${terminal}/question.ts";
  console.log("got " + await askYes("Sure? "));`;

test.each([
  ['a secret', ask, 'hu\x03', 'Token: '],
  ['a question', askSomething, 'ye\x03', 'Sure? '],
])('Ctrl-C at %s ends the program as Ctrl-C does', async (_, code, typed, prompt) => {
  const command = `${process.execPath} --input-type=module -e '${code}'; echo "status $?"`;
  const shown = await onTerminal(command, typed, prompt, true);
  expect(shown).toContain('status 130');
  expect(shown).not.toContain('got');
});

test('Ctrl-D is no answer', async () => {
  expect(await onTerminal(ask, 'hu\x04', 'Token: ')).toMatch(/got \r?\n/);
});

test('a screen draws over its own lines and gives the cursor back', async () => {
  const draw = `
    import { openScreen } from "${terminal}/screen.ts";
    const screen = openScreen(process.stdout);
    screen.show(["one", "two"], "plain");
    screen.show(["three", "four"], "plain");
    screen.end();`;
  const shown = await onTerminal(draw, '', 'never');
  expect(shown.replaceAll('\r\n', '\n')).toBe(
    '\x1b[?25l\r\x1b[Jone\ntwo\n\x1b[2A\r\x1b[Jthree\nfour\n\x1b[?25h',
  );
  expect(shown).not.toContain('plain');
});
