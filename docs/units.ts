import { fleetKeys } from '../protocol/units/fleet-settings.ts';
import type { Flag } from '../protocol/units/run/flag.ts';
import { runFlags } from '../protocol/units/run/read-run.ts';
import { settings } from '../protocol/units/settings.ts';

/** The page of what becomes of a unit's lines, made from the tables that translate them. */
export const unitPages: Record<string, () => string> = {
  'reference/units.md': renderSettings,
  'reference/units-docker-run.md': renderFlags,
};

const isRefused = ({ instead }: { instead?: string }) => instead !== undefined;

function renderSettings(): string {
  return [
    '<!-- Made by npm run docs from protocol/units. -->',
    '# Units: what is translated',
    '',
    '`interlock units` makes a service of Docker’s swarm of a systemd unit ([how](../how-to/run-units.md)). A line that is in no table is refused. The flags of `docker run` have [a page of their own](units-docker-run.md).',
    '',
    '## Settings of a unit',
    '',
    '| section | setting | becomes |',
    '|---|---|---|',
    '| Service | `ExecStart` | the container, by one `docker run` |',
    '| Service | `ExecStartPre`, `ExecStartPost`, `ExecStop`, `ExecStopPost`, `ExecReload` | `docker pull` of the same image, and `docker stop`, `kill` and `rm` of the same container: swarm does it. Time and signal of `ExecStop` are kept |',
    '| Service | `Environment` | values of `$NAME` in the commands |',
    ...settings
      .filter((setting) => !isRefused(setting))
      .map(({ section, keys, says }) => `| ${section} | ${code(keys)} | ${says} |`),
    ...Object.entries(fleetKeys).map(([key, says]) => `| X-Fleet | \`${key}\` | ${says} |`),
    '',
    '## Settings that are refused',
    '',
    '| section | setting | because | instead |',
    '|---|---|---|---|',
    ...settings
      .filter(isRefused)
      .map(
        ({ section, keys, says, instead = '' }) => `| ${section} | ${code(keys)} | ${says} | ${instead} |`,
      ),
    '',
  ].join('\n');
}

function renderFlags(): string {
  return [
    '<!-- Made by npm run docs from protocol/units/run. -->',
    '# Units: flags of `docker run`',
    '',
    'What becomes of each flag when a [unit](units.md) runs as a service of Docker’s swarm. One that is in no table is refused.',
    '',
    '| flag | becomes |',
    '|---|---|',
    ...runFlags.filter((flag) => !isRefused(flag)).map(flagRow),
    '',
    'Swarm fills in `%i` and `%H` in the flags marked *.',
    '',
    '## Flags that are refused',
    '',
    '| flag | because | instead |',
    '|---|---|---|',
    ...runFlags
      .filter(isRefused)
      .map(({ names, says, instead = '' }) => `| ${code(names)} | ${says} | ${instead} |`),
    '',
  ].join('\n');
}

function flagRow({ names, says, isTemplated }: Flag): string {
  return `| ${code(names)}${isTemplated ? ' *' : ''} | ${says} |`;
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
