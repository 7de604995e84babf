import { parseArgs } from 'node:util';
import { InterlockError } from '../protocol/errors/interlock-error.ts';

const usualHosts = 3;
const mostHosts = 9;

/** What `npm run demo -- …` takes. */
export const help = `npm run demo -- [--hosts N] [--file-backed]

  --hosts N       how many virtual machines, from 1 to ${mostHosts} (${usualHosts}: a quarter of an hour without KVM)
  --file-backed   no virtual machines: the real agent on files, in a minute or two
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
