import { suggest } from '../../text/suggest.ts';
import type { Node } from '../../user-data/node.ts';
import type { Plan } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { flag, listOf, table, text, word } from '../shape/shape.ts';
import { hostName } from './hostname.ts';

/** `timezone`: a name of the time zone database. */
export function readTimezone(node: Node, to: Report): Plan['timezone'] {
  const name = text()(node, 'timezone', to);
  if (name === undefined || isZone(name)) return name === undefined ? undefined : { name, at: node.at };
  const meant = suggest(name.slice(0, 60), Intl.supportedValuesOf('timeZone'));
  return to.error(
    node.at,
    `${name.slice(0, 60)} is no time zone`,
    meant ? `Did you mean ${meant}?` : 'Write one such as Europe/Berlin or UTC.',
  );
}

function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // the caller says what is no zone
    return false;
  }
}

const noConfig = 'Write /etc/systemd/timesyncd.conf.d/NAME.conf by write_files.';
const readTable = table(
  {
    enabled: flag,
    servers: listOf(hostName, true),
    pools: listOf(hostName, true),
    ntp_client: word(['auto', 'systemd-timesyncd']),
  },
  { refused: { config: noConfig } },
);

/** `ntp`: servers of systemd-timesyncd; without a value it is switched on. */
export function readNtp(node: Node, to: Report): Plan['ntp'] {
  if (node.kind === 'scalar' && node.value === null)
    return { enabled: true, servers: [], pools: [], at: node.at };
  const read = readTable(node, 'ntp', to);
  if (!read) return undefined;
  const { enabled = true, servers = [], pools = [] } = read.value;
  return { enabled, servers, pools, at: read.at };
}
