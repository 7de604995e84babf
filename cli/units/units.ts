import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { line } from '../../protocol/text/visible.ts';
import { describedBy, type ServiceUnit, serviceOf } from '../../protocol/units/text/names.ts';
import { type Answer, answer, group, verb } from '../../system/command/command.ts';
import { type DockerFlags, dockerAddress } from '../../system/docker/address.ts';
import { type Docker, openDocker } from '../../system/docker/docker.ts';
import { addYes, confirm } from '../../system/terminal/confirm.ts';
import { readDuration } from '../flags/duration.ts';
import { destroyUnit, startUnits, stopUnits } from './change.ts';
import { addJournal } from './journal.ts';
import { launched } from './launched.ts';
import { findSubmitted, submitFile, unitOf } from './library.ts';
import { listMachines, listUnits, showStatus } from './lists.ts';

/** Adds `interlock units`: systemd units that run containers, on a Docker swarm. */
export function addUnits(program: Command): void {
  const units = group(
    program,
    'units',
    'Run systemd units that start a container as services of a Docker swarm, as fleetctl did',
  );
  addSubmit(units);
  addStart(units);
  addStop(units);
  addDestroy(units);
  addLists(units);
  withDocker(addJournal(units, open));
}

function addSubmit(units: Command): void {
  withDocker(
    verb(
      units,
      'submit <file...>',
      'Check unit files, and let the swarm keep them; nothing starts',
      'interlock units submit myapp.service',
      'interlock units submit myapp@.service --docker ssh://root@n1',
    ),
  ).action(
    answer(async (files: string[], flags: DockerFlags): Promise<Answer> => {
      const docker = await open(flags);
      const done = [];
      for (const file of files) done.push(await submitFile(docker, file));
      const data = done.map(({ unit, isNew }) => ({ unit: describedBy(unit), isNew }));
      const text = data.map(({ unit, isNew }) => `${unit} ${isNew ? 'submitted' : 'was submitted before'}`);
      return { text: text.join('\n'), data };
    }),
  );
}

function addStart(units: Command): void {
  withDocker(
    verb(
      units,
      'start <unit...>',
      'Start units; files are submitted first. Waits until they run, and says where',
      'interlock units start myapp',
      'interlock units start myapp@1 myapp@2 myapp@3',
    ),
  )
    .option('--no-block', 'do not wait until they run')
    .option('--timeout <time>', 'how long to wait', '5m')
    .action(
      answer(
        async (
          names: string[],
          flags: DockerFlags & { block: boolean; timeout: string },
        ): Promise<Answer> => {
          const patienceMs = readDuration(flags.timeout, '--timeout');
          const docker = await open(flags);
          const started: ServiceUnit[] = [];
          for (const name of names) started.push(await submitIfFile(docker, name));
          for (const same of byService(started)) await startUnits(docker, same);
          if (flags.block) return launched(docker, started, patienceMs);
          const data = started.map(({ name }) => ({ unit: name }));
          return { text: data.map(({ unit }) => `${unit} is starting`).join('\n'), data };
        },
      ),
    );
}

function addStop(units: Command): void {
  withDocker(
    verb(
      units,
      'stop <unit...>',
      'Stop units, and keep their text. Of several instances swarm chooses which ends',
      'interlock units stop myapp@3',
    ),
  ).action(
    answer(async (names: string[], flags: DockerFlags): Promise<Answer> => {
      const docker = await open(flags);
      const asked = names.map(unitOf);
      for (const unit of asked) await findSubmitted(docker, unit);
      const data: string[] = [];
      for (const same of byService(asked)) data.push(...(await stopUnits(docker, same)));
      const text = data.map((unit) => `${unit} stopped`);
      return { text: text.join('\n') || 'nothing of it runs', data };
    }),
  );
}

function addDestroy(units: Command): void {
  addYes(
    withDocker(
      verb(
        units,
        'destroy <unit...>',
        'Stop units, and forget their text',
        'interlock units destroy myapp.service --yes',
      ),
    ),
  ).action(
    answer(async (names: string[], flags: DockerFlags & { yes?: boolean }): Promise<Answer> => {
      const docker = await open(flags);
      const asked = names.map(unitOf);
      for (const unit of asked) await findSubmitted(docker, unit);
      await confirm(
        flags.yes,
        line`${asked.map(({ name }) => name).join(', ')}: stopped, and the text is lost`,
      );
      for (const unit of asked) await destroyUnit(docker, unit);
      const data = asked.map(({ name }) => name);
      return { text: data.map((name) => `${name} destroyed`).join('\n'), data };
    }),
  );
}

function addLists(units: Command): void {
  withDocker(
    verb(units, 'list-units', 'List units, where they run, and their state', 'interlock units list-units'),
  ).action(answer(async (flags: DockerFlags) => listUnits(await open(flags))));
  withDocker(
    verb(
      units,
      'list-machines',
      'List the machines of the swarm and their labels, which MachineMetadata= asks for',
      'interlock units list-machines',
    ),
  ).action(answer(async (flags: DockerFlags) => listMachines(await open(flags))));
  withDocker(
    verb(units, 'status <unit>', 'Show each instance of a unit', 'interlock units status myapp@1'),
  ).action(answer(async (name: string, flags: DockerFlags) => showStatus(await open(flags), unitOf(name))));
}

function withDocker(command: Command): Command {
  return command
    .option(
      '--docker <address>',
      'a manager of the swarm: unix:///var/run/docker.sock, ssh://root@HOST or tcp://HOST:2376; without it DOCKER_HOST, or the socket of this machine',
    )
    .option('--ca <file>', 'CA certificate of a Docker behind tcp://, PEM')
    .option('--cert <file>', 'client certificate for it')
    .option('--key <file>', 'key of the client certificate');
}

async function open(flags: DockerFlags): Promise<Docker> {
  return openDocker(await dockerAddress(flags));
}

/** As fleetctl: what is a file, or an instance of a template that is one, is submitted on the way. */
async function submitIfFile(docker: Docker, name: string): Promise<ServiceUnit> {
  const isPath = name.includes('/') || existsSync(name);
  return isPath ? (await submitFile(docker, name)).unit : unitOf(name);
}

function byService(units: readonly ServiceUnit[]): [ServiceUnit, ...ServiceUnit[]][] {
  return [...Map.groupBy(units, serviceOf).values()] as [ServiceUnit, ...ServiceUnit[]][];
}
