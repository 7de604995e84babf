import type { Command } from 'commander';
import { visible } from '../../protocol/text/visible.ts';
import { verb } from '../../system/command/command.ts';
import type { DockerFlags } from '../../system/docker/address.ts';
import type { Docker } from '../../system/docker/docker.ts';
import { readFrames } from '../../system/docker/frames.ts';
import { print } from '../../system/terminal/print.ts';
import { wholeNumber } from '../flags/whole-number.ts';
import { unitOf } from './library.ts';
import { rowsOf } from './lists.ts';
import type { UnitRow } from './look.ts';

interface Flags extends DockerFlags {
  lines: string;
  follow?: boolean;
}

/** Adds `interlock units journal`: what the containers of a unit print. */
export function addJournal(units: Command, open: (flags: DockerFlags) => Promise<Docker>): Command {
  return verb(
    units,
    'journal <unit>',
    'Show what a unit prints; of a template, all instances. With --json an object a line',
    'interlock units journal myapp@1 --follow',
  )
    .option('--lines <number>', 'how many of the last lines of each instance', '10')
    .option('-f, --follow', 'go on until interrupted')
    .action(async (name: string, flags: Flags, command: Command) => {
      const last = wholeNumber('--lines', flags.lines);
      const docker = await open(flags);
      const rows = (await rowsOf(docker, unitOf(name))).filter(({ task }) => task !== null);
      const isJson = Boolean(command.optsWithGlobals().json);
      const say = (row: UnitRow, text: string) => {
        if (isJson) print(JSON.stringify({ unit: row.unit, machine: row.machine, text }));
        else print(rows.length > 1 ? `${row.unit}: ${visible(text)}` : visible(text));
      };
      const show = (row: UnitRow) => showOne(docker, row, last, Boolean(flags.follow), say);
      if (flags.follow) await Promise.all(rows.map(show));
      else for (const row of rows) await show(row);
    });
}

async function showOne(
  docker: Docker,
  row: UnitRow,
  last: number,
  follow: boolean,
  say: (row: UnitRow, text: string) => void,
): Promise<void> {
  const query = `stdout=true&stderr=true&tail=${last}&follow=${follow}`;
  const stream = await docker.follow(`/tasks/${row.task}/logs?${query}`);
  try {
    for await (const text of readFrames(stream)) say(row, text);
  } finally {
    stream.destroy();
  }
}
