import type { CommandNode } from '../command/command-tree.ts';
import { flagsWithValue, functionName, type Place, placesOf } from './places.ts';

/** Completion for fish with what each word is for. */
export function fishCompletion(program: CommandNode): string {
  const places = placesOf(program);
  const [name = ''] = program.path;
  const at = `_${functionName(program)}_at`;
  return `# ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish
function ${at}
  set -l at ${name}
  set -l skip no
  for word in (commandline -opc)[2..-1]
    if test $skip = yes
      set skip no
      continue
    end
    switch "$word"
      case ${flagsWithValue(places).map(quote).join(' ')}
        set skip yes
        continue
    end
    switch "$at $word"
      case ${places
        .slice(1)
        .map((place) => quote(place.at))
        .join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv"
end
${places.flatMap((place) => linesOf(name, at, place)).join('\n')}
`;
}

function linesOf(name: string, at: string, place: Place): string[] {
  const here = `complete -c ${name} -n ${quote(`${at} ${place.at}`)}`;
  const what = (summary: string) => (summary ? ` -d ${quote(summary)}` : '');
  return [
    ...place.words.map(({ word, summary }) => `${here} -f -a ${quote(word)}${what(summary)}`),
    ...place.options.map(({ flag, value, choices, summary }) => {
      const follows = value === null ? '' : choices.length ? ` -x -a ${quote(choices.join(' '))}` : ' -r';
      return `${here} -l ${flag.replace(/^--/, '')}${follows}${what(summary)}`;
    }),
  ];
}

/** Text in single quotes, as fish reads them. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
