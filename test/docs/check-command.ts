import { allCommands, type CommandNode } from '../../system/command/command-tree.ts';

/**
 * What is wrong with a command line as people write it in documents: `interlock keys renew|rotate DIR … [--role X]`.
 * Verbs and flags must exist; values are anybody's. A line that calls none of the programs has no problem.
 */
export function problemsOf(line: string, programs: readonly CommandNode[]): string[] {
  return callsIn(line).flatMap((words) => {
    const program = programs.find(({ path }) => path[0] === words[0]);
    return program ? alternatives(words).flatMap((call) => checkCall(call, program)) : [];
  });
}

/** The calls in a line of shell: what follows `&&`, `|` with spaces, `$(` … begins anew; comments end it. */
function callsIn(line: string): string[][] {
  return line
    .replace(/(^|\s)#.*$/, '')
    .split(/\s(?:&&|\|\||\||;|>|<)\s|;\s|\$\(|\)|<\(|`/)
    .map((part) => part.trim().split(/\s+/))
    .map((words) => words.slice(words.findIndex((word) => /^(?:\S*\/)?interlock(-agent)?$/.test(word))))
    .filter((words) => /^(?:\S*\/)?interlock(-agent)?$/.test(words[0] ?? ''))
    .map((words) => [(words[0] ?? '').split('/').at(-1) ?? '', ...words.slice(1)]);
}

/** `renew|rotate` stands for two calls. */
function alternatives(words: readonly string[]): string[][] {
  const at = words.findIndex((word) => /^[a-z-]+(\|[a-z-]+)+$/.test(word));
  const choices = words[at]?.split('|') ?? [];
  if (at < 0) return [[...words]];
  return choices.flatMap((choice) => alternatives(words.with(at, choice)));
}

function checkCall(words: readonly string[], program: CommandNode): string[] {
  let node = program;
  const problems: string[] = [];
  const call = words.join(' ');
  for (let index = 1; index < words.length; index++) {
    const word = (words[index] ?? '').replace(/^[[(]+|[\]),.:;]+$/g, '');
    // what follows is somebody else's
    if (word === '--') break;
    const next = node.commands.find(({ path }) => path.at(-1) === word);
    if (word.startsWith('--')) {
      const flag = word.split('=')[0] ?? '';
      // prose may name a flag of a whole group, as in `interlock token --data`
      const known = node === program ? [program] : [program, ...allCommands(node)];
      const option = known.flatMap(({ options }) => options).find((each) => each.flag === flag);
      if (!option && flag !== '--help') problems.push(`${call}: no option ${flag}`);
      if (option?.value && !word.includes('=')) index++;
    } else if (next) node = next;
    else if (node.commands.length > 0 && /^[a-z][a-z-]+$/.test(word)) {
      problems.push(`${call}: no verb ${word}`);
      break;
    }
  }
  return problems;
}
