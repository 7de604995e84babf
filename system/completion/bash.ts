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

/** Completion for bash; what neither the words nor the program know (files, above all) is left to bash. */
export function bashCompletion(program: CommandNode, kindOf: KindOf): string {
  const places = placesOf(program, kindOf);
  const [name = ''] = program.path;
  const call = functionName(program);
  const values = places.flatMap(({ at, options }) =>
    options
      .filter(({ value }) => value !== null)
      .map((option) => {
        const { flag, choices, kind } = option;
        const reply = choices.length
          ? `COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$current"))`
          : kind
            ? `${call}_ask ${kind}`
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
  const asked = places.flatMap(({ at, kinds, rest }) => [
    ...kinds.flatMap((kind, index) =>
      kind ? `    ${quote(`${at} ${index}`)}) ${call}_ask ${kind}; return ;;` : [],
    ),
    ...(rest ? [`    ${quote(`${at} `)}[1-9]*) ${call}_ask ${rest}; return ;;`] : []),
  ]);
  return `# ${name} for bash: source <(${name} completion bash)
${call}_ask() {
  local word rest
  while IFS=$'\\t' read -r word rest; do
    if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
  done < <("\${COMP_WORDS[0]}" ${askVerb} "$1" -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
${call}() {
  local current=\${COMP_WORDS[COMP_CWORD]} at=${name} words= options= i n=0
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${flagsWithValue(places).join('|')}) i=$((i + 1)); continue ;;
      -*) continue ;;
    esac
    case "$at \${COMP_WORDS[i]}" in
      ${places
        .slice(1)
        .map(({ at }) => quote(at))
        .join('|')}) at="$at \${COMP_WORDS[i]}" ;;
      *) n=$((n + 1)) ;;
    esac
  done
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${known.join('\n')}
  esac
  if [[ $current == -* ]]; then words=$options; else
  case "$at $n" in
${asked.join('\n') || '    -) ;;'}
  esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F ${call} ${name}
`;
}
