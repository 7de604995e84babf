import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { line } from '../../protocol/text/visible.ts';
import { describedBy, type ServiceUnit } from '../../protocol/units/text/names.ts';
import type { Answer } from '../../system/command/command.ts';
import type { Docker } from '../../system/docker/docker.ts';
import { listNodes, type SwarmNode } from '../../system/docker/swarm.ts';
import { formatTime } from '../../system/terminal/format-time.ts';
import { formatFacts, formatTable, text } from '../../system/terminal/table.ts';
import { findSubmitted } from './library.ts';
import { lookAtUnits, type UnitRow } from './look.ts';

/** `interlock units list-units`. */
export async function listUnits(docker: Docker): Promise<Answer> {
  const data = await lookAtUnits(docker);
  const rows = data.map((row) => [row.unit, placeOf(row), row.active, row.sub, row.problem ?? '']);
  const none = 'no units yet: interlock units submit FILE.service';
  return {
    text: rows.length > 0 ? formatTable(['UNIT', 'MACHINE', 'ACTIVE', 'SUB', text('PROBLEM')], rows) : none,
    data,
  };
}

/** `interlock units list-machines`. */
export async function listMachines(docker: Docker): Promise<Answer> {
  const nodes = (await listNodes(docker)).toSorted((a, b) =>
    a.Description.Hostname.localeCompare(b.Description.Hostname, 'en', { numeric: true }),
  );
  const data = nodes.map((node) => ({
    machine: node.ID,
    name: node.Description.Hostname,
    address: addressOf(node),
    role: node.ManagerStatus?.Leader ? 'leader' : node.Spec.Role,
    state: node.Status.State,
    availability: node.Spec.Availability,
    metadata: node.Spec.Labels ?? {},
  }));
  const rows = data.map(({ machine, name, address, role, state, availability, metadata }) => [
    ...[`${machine.slice(0, 8)}...`, name, address, role],
    ...[availability === 'active' ? state : `${state}, ${availability}`],
    Object.entries(metadata)
      .map(([key, value]) => `${key}=${value}`)
      .join(',') || '-',
  ]);
  return { text: formatTable(['MACHINE', 'NAME', 'IP', 'ROLE', 'STATE', 'METADATA'], rows), data };
}

/** `interlock units status`. */
export async function showStatus(docker: Docker, unit: ServiceUnit): Promise<Answer> {
  const data = await rowsOf(docker, unit);
  return { text: data.map(formatRow).join('\n\n'), data };
}

/** The rows that a name means: one unit, or all instances of a template. Throws `not_found`. */
export async function rowsOf(docker: Docker, unit: ServiceUnit): Promise<UnitRow[]> {
  const rows = (await lookAtUnits(docker)).filter(({ unit: name }) =>
    unit.kind === 'template' ? name.startsWith(`${unit.prefix}@`) : name === unit.name,
  );
  if (rows.length > 0) return rows;
  const { name } = await findSubmitted(docker, unit);
  const first =
    describedBy(unit) === unit.name
      ? unit.name
      : `${unit.name}, an instance of ${name} that was not started,`;
  throw new InterlockError('not_found', { what: `unit ${first}` });
}

function formatRow(row: UnitRow): string {
  const head = line`${row.unit}${row.description ? ` - ${row.description}` : ''}`;
  const since = row.since ? ` since ${formatTime(row.since)}` : '';
  const facts: [string, string][] = [
    ['Active', `${row.active} (${row.sub})${since}`],
    ['Machine', placeOf(row)],
    ...(row.image ? [['Image', row.image] as [string, string]] : []),
    ...(row.problem ? [['Problem', row.problem] as [string, string]] : []),
  ];
  return `${head}\n${formatFacts(facts)}`;
}

function placeOf({ machine, address }: UnitRow): string {
  return machine ? `${machine}/${address ?? ''}` : '-';
}

/** A manager that was told no address says 0.0.0.0 of itself. */
function addressOf({ Status, ManagerStatus }: SwarmNode): string {
  return Status.Addr === '0.0.0.0' ? (ManagerStatus?.Addr.replace(/:\d+$/, '') ?? Status.Addr) : Status.Addr;
}
