import { resolve } from 'node:path';
import type { Command } from 'commander';
import { attachConsole, consoleLog } from '../../lab/attach.ts';
import { cut } from '../../lab/cut.ts';
import { down } from '../../lab/down.ts';
import { serveSwitch } from '../../lab/network/serve-switch.ts';
import { partition } from '../../lab/partition.ts';
import { run } from '../../lab/run.ts';
import { ssh } from '../../lab/ssh.ts';
import { stop } from '../../lab/stop.ts';
import { line } from '../../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../../system/command/command.ts';
import { print } from '../../system/terminal/print.ts';
import { wholeNumber } from '../flags/whole-number.ts';
import { labStatus } from './status.ts';
import { labUp } from './up.ts';

interface Flags {
  lab: string;
}

/** Where a lab lies unless `--lab` says otherwise. */
const usualFolder = '.interlock-lab';

/** Adds `interlock lab`: a local cluster of virtual machines. */
export function addLab(program: Command): void {
  const lab = group(program, 'lab', 'Run a cluster of virtual machines here, to try things on');
  const add = (signature: string, summary: string, ...examples: string[]) =>
    verb(lab, signature, summary, ...examples.map((words) => `interlock lab ${words}`)).option(
      '--lab <dir>',
      'folder of the lab',
      usualFolder,
    );

  add(
    'up [release-or-image]',
    'Start hosts, an update server and a network among them, and wait until all have checked in',
    'up images/tiny --hosts 3',
    'up releases/core-1-x86-64 --keys keys --user-data host.yaml',
  )
    .option('--hosts <number>', 'how many: n1, n2, … (default: 3)', number('--hosts'))
    .option('--channel <channel>', 'channel that the hosts follow and get the release by (default: stable)')
    .option('--user-data <file>', 'user-data of every host, checked before anything starts')
    .option('--keys <dir>', 'keys that the release was built to trust; they are copied into the lab')
    .option('--memory <mib>', 'memory of each host in MiB (default: 1024)', number('--memory'))
    .option('--state-size <size>', 'size of each host’s state partition, such as "8 GiB"')
    .option(
      '--etcd <members>',
      'members of the etcd that the hosts form, with TLS; 0 for none (default: 3, where the image has etcd)',
      (text: string) => (text === '0' ? 0 : wholeNumber('--etcd', text)),
    )
    .option('--publish <ports...>', 'as in 8080:80: port 8080 here leads to 80 of n1, 8081 to that of n2, …')
    .option('--config <file>', 'settings of the lab (default: lab.toml where there is one)')
    .option('--timeout <seconds>', 'how long to wait for the hosts', number('--timeout'), 900)
    .option('--no-wait', 'come back as soon as all machines are on')
    .action(answer(labUp));

  add('status', 'Show what runs of a lab, and how far each host has come', 'status').action(
    answer(({ lab: folder }: Flags) => labStatus(resolve(folder))),
  );

  add('run <host> <command...>', 'Run a command as root in a host, without its network', 'run n1 -- uname -r')
    .option('--timeout <seconds>', 'how long it may take', number('--timeout'), 600)
    .action(answer(runCommand));

  add('ssh <host> [command...]', 'Log in to a host as root, or run a command there, by SSH', 'ssh n1').action(
    async (host: string, command: string[], { lab: folder }: Flags) => {
      process.exitCode = await ssh(resolve(folder), host, command);
    },
  );

  add('console <host>', 'Show the serial console of a host and type on it; Ctrl-] ends it', 'console n1')
    .option('--log', 'print what it said since power-on')
    .action(async (host: string, { lab: folder, log }: Flags & { log?: boolean }) => {
      if (log) print(await consoleLog(resolve(folder), host));
      else await attachConsole(resolve(folder), host);
    });

  add('cut <host...>', 'Cut the power of hosts; interlock lab up turns them on again', 'cut n1').action(
    answer(async (hosts: string[], { lab: folder }: Flags): Promise<Answer> => {
      await cut(resolve(folder), hosts);
      const text = line`${hosts.join(', ')} without power; to turn them on again: interlock lab up`;
      return { text, data: { cut: hosts } };
    }),
  );

  add(
    'partition <host...>',
    'Cut hosts off from the others; SSH and the update server still reach them',
    'partition n1',
    'partition n1 --heal',
  )
    .option('--heal', 'let them back')
    .action(
      answer(async (hosts: string[], { lab: folder, heal }: Flags & { heal?: boolean }): Promise<Answer> => {
        const now = await partition(resolve(folder), hosts, heal ?? false);
        const text = now.length > 0 ? line`cut off: ${now.join(', ')}` : 'all hosts reach each other';
        return { text, data: { partitioned: now } };
      }),
    );

  add('stop', 'Shut all hosts down; disks and keys stay for the next up', 'stop').action(
    answer(async ({ lab: folder }: Flags): Promise<Answer> => {
      const hosts: Record<string, string> = {};
      await stop(resolve(folder), (host, how) => {
        hosts[host] = how;
        print(line`${host}: ${how}`, process.stderr);
      });
      return { text: 'stopped; to go on: interlock lab up', data: { hosts } };
    }),
  );

  add('down', 'End all hosts at once and delete the folder of the lab with their disks', 'down').action(
    answer(async ({ lab: folder }: Flags): Promise<Answer> => {
      const hosts = await down(resolve(folder));
      return { text: line`${hosts.join(', ')} and ${folder} are gone`, data: { removed: hosts } };
    }),
  );

  lab
    .command('switch <folder>', { hidden: true })
    .description('Run the network of a lab')
    .action((folder: string) => serveSwitch(folder));
}

/** For commander: a number of a flag. */
function number(flag: string): (text: string) => number {
  return (text) => wholeNumber(flag, text);
}

async function runCommand(
  host: string,
  command: string[],
  { lab: folder, timeout }: Flags & { timeout: number },
): Promise<Answer> {
  const { status, output } = await run(resolve(folder), host, command, timeout);
  process.exitCode = status;
  return { text: output.replace(/\n$/, ''), data: { status, output } };
}
