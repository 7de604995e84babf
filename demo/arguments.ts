import { parseArgs } from 'node:util';
import { InterlockError } from '../protocol/errors.ts';

const usualHosts = 3;
const mostHosts = 9;

/** What `npm run demo -- …` takes. */
export const help = `npm run demo -- [--machines] [--hosts N] [--file-backed]

  --machines      virtual machines; a quarter of an hour without KVM
  --hosts N       how many of them, from 1 to ${mostHosts} (${usualHosts})
  --file-backed   no virtual machines: the real agent on files, in a minute or two; the usual
`;

export interface Wanted {
  hosts: number;
  isFileBacked: boolean;
  isHelp: boolean;
}

/** Reads the demo's arguments. Throws `usage`. */
export function readArguments(args: readonly string[]): Wanted {
  const values = parse(args);
  const hosts = Number(values.hosts ?? usualHosts);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > mostHosts) {
    throw new InterlockError('usage', { problem: `--hosts takes a number from 1 to ${mostHosts}` });
  }
  const wantsMachines = values.machines ?? values.hosts !== undefined;
  return { hosts, isFileBacked: values['file-backed'] ?? !wantsMachines, isHelp: values.help ?? false };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'file-backed': { type: 'boolean' },
        machines: { type: 'boolean' },
        hosts: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new InterlockError('usage', { problem: (cause as Error).message }, { cause });
  }
}
