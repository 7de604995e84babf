import type { HostView, LabView } from '../../lab/watch/look.ts';
import { formatBytes } from '../../system/terminal/progress.ts';
import { formatTable } from '../../system/terminal/table.ts';

/** The hosts of a lab as a table. */
export function formatHosts({ hosts }: LabView): string {
  return formatTable(
    ['HOST', 'PHASE', 'VERSION', 'STATE', 'ADDRESS', 'SSH', 'MEMORY'],
    hosts.map((host) => [
      host.name,
      host.isCut ? `${host.phase}, cut off` : host.phase,
      host.version ?? '-',
      host.state ?? '-',
      host.address,
      `127.0.0.1:${host.ssh}`,
      host.memoryBytes > 0 ? formatBytes(host.memoryBytes) : '-',
    ]),
  );
}

/** Ports of this machine that lead to services of the hosts. */
export function formatForwards(hosts: readonly HostView[]): string[] {
  return hosts.flatMap(({ name, forwards }) =>
    forwards.map(({ here, there }) => `127.0.0.1:${here} leads to port ${there} of ${name}`),
  );
}

/** One line for a log: how many hosts are in which phase. */
export function summarize({ hosts }: LabView): string {
  return hosts.map(({ name, phase }) => `${name} ${phase}`).join(', ');
}
