import { parseArgs } from 'node:util';
import { InterlockError } from '../protocol/errors/interlock-error.ts';

const defaultHosts = 3;
const maxHosts = 9;

/** What `npm run demo -- …` takes. */
export const help = `npm run demo -- [--hosts N] [--file-backed]

  --hosts N       number of virtual machines, from 1 to ${maxHosts} (default ${defaultHosts}, 15 minutes without KVM)
  --file-backed   no virtual machines: the same agent on files, in two minutes
`;

export interface Wanted {
  hosts: number;
  isFileBacked: boolean;
  isHelp: boolean;
}

/** Reads the demo's arguments. Throws `usage`. */
export function readArguments(args: readonly string[]): Wanted {
  const values = parse(args);
  const hosts = Number(values.hosts ?? defaultHosts);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > maxHosts) {
    throw new InterlockError('usage', {
      problem: `--hosts is ${values.hosts}; give a number from 1 to ${maxHosts}`,
    });
  }
  return { hosts, isFileBacked: values['file-backed'] ?? false, isHelp: values.help ?? false };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'file-backed': { type: 'boolean' },
        hosts: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new InterlockError('usage', { problem: (cause as Error).message }, { cause });
  }
}
