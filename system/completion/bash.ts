import type { CommandNode } from '../command/command-tree.ts';
import { flagsWithValue, functionName, placesOf, quote, wantsFolder } from './places.ts';

/** Completion for bash; what it does not know (files, above all) is left to bash. */
export function bashCompletion(program: CommandNode): string {
  const places = placesOf(program);
  const [name = ''] = program.path;
  const call = functionName(program);
  const values = places.flatMap(({ at, options }) =>
    options
      .filter(({ value }) => value !== null)
      .map((option) => {
        const { flag, choices } = option;
        const reply = choices.length
          ? `COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$current"))`
          : wantsFolder(option)
            ? 'compopt -o dirnames'
            : ':';
        return `    ${quote(`${at} ${flag}`)}) ${reply}; return ;;`;
      }),
  );
  const known = places.map(
    ({ at, words, options }) =>
      `    ${quote(at)}) words=${quote(words.map(({ word }) => word).join(' '))} options=${quote(
        options.map(({ flag }) => flag).join(' '),
      )} ;;`,
  );
  return `# ${name} for bash: source <(${name} completion bash)
${call}() {
  local current=\${COMP_WORDS[COMP_CWORD]} at=${name} words= options= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${flagsWithValue(places).join('|')}) i=$((i + 1)); continue ;;
    esac
    case "$at \${COMP_WORDS[i]}" in
      ${places
        .slice(1)
        .map(({ at }) => quote(at))
        .join('|')}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${known.join('\n')}
  esac
  if [[ $current == -* ]]; then words=$options; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F ${call} ${name}
`;
}
