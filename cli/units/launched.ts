import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { line } from '../../protocol/text/visible.ts';
import type { ServiceUnit } from '../../protocol/units/text/names.ts';
import type { Answer } from '../../system/command/command.ts';
import type { Docker } from '../../system/docker/docker.ts';
import { print } from '../../system/terminal/print.ts';
import { lookAtUnits, type UnitRow } from './look.ts';

const pauseMs = 500;
const lineMs = 10_000;

/** Waits until units run, and says where. Throws `unit_not_running` with swarm’s reason when they do not in time. */
export async function launched(
  docker: Docker,
  units: readonly ServiceUnit[],
  patienceMs: number,
): Promise<Answer> {
  const names = new Set(units.map(({ name }) => name));
  const start = Date.now();
  let said = start;
  for (;;) {
    const rows = (await lookAtUnits(docker)).filter(({ unit }) => names.has(unit));
    const late = rows.find(({ active }) => active !== 'active');
    if (!late && rows.length >= names.size) {
      return { text: rows.map(launchedOn).join('\n'), data: rows };
    }
    const unit = late?.unit ?? [...names][0] ?? '';
    const problem = late ? whyLate(late) : 'swarm has not begun it';
    if (Date.now() - start > patienceMs) throw new InterlockError('unit_not_running', { unit, problem });
    if (Date.now() - said > lineMs) {
      said = Date.now();
      print(line`waiting for ${unit}: ${problem}`, process.stderr);
    }
    await sleep(pauseMs);
  }
}

function launchedOn({ unit, machine, address }: UnitRow): string {
  return line`${unit} launched on ${machine ?? ''}/${address ?? ''}`;
}

function whyLate({ sub, problem, machine }: UnitRow): string {
  const where = machine ? ` on ${machine}` : '';
  return problem ? `${sub}${where}: ${problem}` : `${sub}${where}`;
}
