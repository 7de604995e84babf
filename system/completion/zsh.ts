import type { CommandNode } from '../command/command-tree.ts';
import { flagsWithValue, functionName, placesOf, quote, wantsFolder } from './places.ts';

/** Completion for zsh with what each word is for; as a file `_interlock` in `$fpath`, or sourced. */
export function zshCompletion(program: CommandNode): string {
  const places = placesOf(program);
  const [name = ''] = program.path;
  const call = functionName(program);
  const described = (word: string, summary: string) =>
    quote(`${word.replaceAll(':', '\\:')}${summary ? `:${summary}` : ''}`);
  const values = places.flatMap(({ at, options }) =>
    options
      .filter(({ value }) => value !== null)
      .map((option) => {
        const { flag, choices } = option;
        const offer = choices.length
          ? `compadd -- ${choices.map(quote).join(' ')}`
          : wantsFolder(option)
            ? '_files -/'
            : '_files';
        return `    ${quote(`${at} ${flag}`)}) ${offer}; return ;;`;
      }),
  );
  const known = places.map(
    ({ at, words, options }) =>
      `    ${quote(at)})
      verbs=(${words.map(({ word, summary }) => described(word, summary)).join(' ')})
      options=(${options.map(({ flag, summary }) => described(flag, summary)).join(' ')}) ;;`,
  );
  return `#compdef ${name}
# ${name} for zsh: ${name} completion zsh > "\${fpath[1]}/_${name}"
${call}() {
  local at=${name} i
  local -a verbs options
  for ((i = 2; i < CURRENT; i++)); do
    case "\${words[i]}" in
      ${flagsWithValue(places).join('|')}) i=$((i + 1)); continue ;;
    esac
    case "$at \${words[i]}" in
      ${places
        .slice(1)
        .map(({ at }) => quote(at))
        .join('|')}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${known.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then _describe -o option options
  elif (( \${#verbs} )); then _describe verb verbs
  else _files
  fi
}
if [[ "\${funcstack[1]}" == "_${name}" ]]; then ${call} "$@"; else compdef ${call} ${name}; fi
`;
}
