import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostSummary } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type Lab, labPaths } from '../folder/lab.ts';
import { machineFiles } from '../machine/machine-files.ts';
import { lastLines, phases } from '../machine/phase.ts';
import { reachMachine } from '../machine/reach.ts';
import { type LabView, look } from './look.ts';

/** How to wait for the hosts of a lab. */
export interface Wait {
  seconds: number;
  /** Hosts that check in elsewhere, because their user-data say so, are up without it. */
  elsewhere: ReadonlySet<string>;
  /** What the update server knows. */
  known(): Promise<readonly HostSummary[]>;
  /** Called with each look. */
  show(view: LabView, seconds: number): void;
}

const lookEveryMs = 2000;

/** Waits until every host is up and has checked in. Throws `host_not_up` with the last lines of the console. */
export async function waitUntilUp(folder: string, lab: Lab, wait: Wait): Promise<LabView> {
  const started = Date.now();
  const up = new Set<string>();
  for (;;) {
    const view = await look(folder, lab, await wait.known(), up);
    const seconds = (Date.now() - started) / 1000;
    for (const { name, phase } of view.hosts) if (phases.indexOf(phase) >= phases.indexOf('up')) up.add(name);
    wait.show(view, seconds);
    const left = view.hosts.filter(
      ({ name, phase }) => phase !== 'checked in' && !(phase === 'up' && wait.elsewhere.has(name)),
    );
    if (left.length === 0) return view;
    const gone = left.find(({ phase }) => phase === 'off');
    if (gone) throw await failureOf(folder, gone.name, 'it is off');
    if (seconds > wait.seconds) {
      const { name, phase } = left[0]!;
      throw await failureOf(folder, name, `after ${wait.seconds} s it is at “${phase}”`);
    }
    await sleep(lookEveryMs);
  }
}

async function failureOf(folder: string, host: string, problem: string): Promise<InterlockError> {
  const own = labPaths(folder).host(host);
  const said = lastLines(await reachMachine(own, host).log());
  // QEMU is mostly silent
  const complaint = lastLines(await readFile(join(own, machineFiles.log), 'utf8').catch(() => ''), 3);
  return new InterlockError('host_not_up', { host, problem, lines: complaint + said });
}
