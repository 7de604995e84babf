import type { CommandNode } from '../command/command-tree.ts';
import { askVerb, flagsWithValue, functionName, type KindOf, type Place, placesOf } from './places.ts';

/** Completion for fish with what each word is for. */
export function fishCompletion(program: CommandNode, kindOf: KindOf): string {
  const places = placesOf(program, kindOf);
  const [name = ''] = program.path;
  const at = `_${functionName(program)}_at`;
  return `# ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function ${at}
  set -l at ${name}
  set -l skip no
  set -l n 0
  for word in (commandline -opc)[2..-1]
    if test $skip = yes
      set skip no
      continue
    end
    switch "$word"
      case ${flagsWithValue(places).map(quote).join(' ')}
        set skip yes
        continue
      case '-*'
        continue
    end
    switch "$at $word"
      case ${places
        .slice(1)
        .map((place) => quote(place.at))
        .join(' ')}
        set at "$at $word"
      case '*'
        set n (math $n + 1)
    end
  end
  test "$at" = "$argv[1]"; and begin; test (count $argv) -lt 2; or string match -qr -- $argv[2] $n; end
end
function ${at}_ask
  set -l line (commandline -opc)
  $line[1] ${askVerb} $argv[1] -- $line[2..-1] (commandline -ct) 2>/dev/null
end
${places.flatMap((place) => linesOf(name, at, place)).join('\n')}
`;
}

function linesOf(name: string, at: string, place: Place): string[] {
  const here = `complete -c ${name} -n ${quote(`${at} ${quote(place.at)}`)}`;
  const what = (summary: string) => (summary ? ` -d ${quote(summary)}` : '');
  const ask = (kind: string) => quote(`(${at}_ask ${kind})`);
  return [
    ...place.words.map(({ word, summary }) => `${here} -f -a ${quote(word)}${what(summary)}`),
    ...[
      ...place.kinds.map((kind, index) => [kind, `^${index}$`] as const),
      [place.rest, '^[1-9]'] as const,
    ].flatMap(([kind, position]) =>
      kind
        ? `complete -c ${name} -n ${quote(`${at} ${quote(place.at)} ${quote(position)}`)} -f -a ${ask(kind)}`
        : [],
    ),
    ...place.options.map(({ flag, value, choices, summary, kind }) => {
      const offer = choices.length ? quote(choices.join(' ')) : kind ? ask(kind) : '';
      const follows = value === null ? '' : offer ? ` -x -a ${offer}` : ' -r';
      return `${here} -l ${flag.replace(/^--/, '')}${follows}${what(summary)}`;
    }),
  ];
}

/** Text in single quotes, as fish reads them. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
