import type { CommandNode } from '../command/command-tree.ts';
import {
  askVerb,
  flagsWithValue,
  functionName,
  type KindOf,
  placesOf,
  quote,
  wantsFolder,
} from './places.ts';

/** Completion for zsh with what each word is for; as a file `_interlock` in `$fpath`, or sourced. */
export function zshCompletion(program: CommandNode, kindOf: KindOf): string {
  const places = placesOf(program, kindOf);
  const [name = ''] = program.path;
  const call = functionName(program);
  const described = (word: string, summary: string) =>
    quote(`${word.replaceAll(':', '\\:')}${summary ? `:${summary}` : ''}`);
  const values = places.flatMap(({ at, options }) =>
    options
      .filter(({ value }) => value !== null)
      .map((option) => {
        const { flag, choices, kind } = option;
        const offer = choices.length
          ? `compadd -- ${choices.map(quote).join(' ')}`
          : kind
            ? `${call}_ask ${kind}`
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
  const asked = places.flatMap(({ at, kinds, rest }) => [
    ...kinds.flatMap((kind, index) =>
      kind ? `    ${quote(`${at} ${index}`)}) ${call}_ask ${kind}; return ;;` : [],
    ),
    ...(rest ? [`    ${quote(`${at} `)}[1-9]*) ${call}_ask ${rest}; return ;;`] : []),
  ]);
  return `#compdef ${name}
# ${name} for zsh: ${name} completion zsh > "\${fpath[1]}/_${name}"
${call}_ask() {
  local line
  local -a found
  while IFS= read -r line; do
    line="\${line//:/\\\\:}"
    found+=("\${line/$'\\t'/:}")
  done < <("\${words[1]}" ${askVerb} "$1" -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe "$1" found; fi
}
${call}() {
  local at=${name} i n=0
  local -a verbs options
  for ((i = 2; i < CURRENT; i++)); do
    case "\${words[i]}" in
      ${flagsWithValue(places).join('|')}) i=$((i + 1)); continue ;;
      -*) continue ;;
    esac
    case "$at \${words[i]}" in
      ${places
        .slice(1)
        .map(({ at }) => quote(at))
        .join('|')}) at="$at \${words[i]}" ;;
      *) n=$((n + 1)) ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${known.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then _describe -o option options; return; fi
  case "$at $n" in
${asked.join('\n') || '    -) ;;'}
  esac
  if (( \${#verbs} )); then _describe verb verbs
  else _files
  fi
}
if [[ "\${funcstack[1]}" == "_${name}" ]]; then ${call} "$@"; else compdef ${call} ${name}; fi
`;
}
