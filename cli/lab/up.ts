import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type Lab, readLab } from '../../lab/folder/lab.ts';
import { type LabFile, readLabFile } from '../../lab/settings/lab-file.ts';
import { type Settings, settingsOf } from '../../lab/settings/settings.ts';
import { serverUrl } from '../../lab/start/start-server.ts';
import { up } from '../../lab/up.ts';
import { type LabView, look } from '../../lab/watch/look.ts';
import { waitUntilUp } from '../../lab/watch/wait-until-up.ts';
import { line } from '../../protocol/text/visible.ts';
import type { Answer } from '../../system/command/command.ts';
import { onStop } from '../../system/process/stop.ts';
import { print } from '../../system/terminal/print.ts';
import { formatSeconds } from '../../system/terminal/progress.ts';
import { openScreen } from '../../system/terminal/screen.ts';
import { checkUserData } from './check-user-data.ts';
import { formatForwards, formatHosts, summarize } from './format-lab.ts';
import { knownHosts } from './known-hosts.ts';

interface Flags {
  lab: string;
  hosts?: number;
  channel?: string;
  userData?: string;
  keys?: string;
  memory?: number;
  stateSize?: string;
  etcd?: number;
  publish?: string[];
  config?: string;
  timeout: number;
  wait: boolean;
}

const usualFile = 'lab.toml';
const plainLineSeconds = 10;

/** `interlock lab up`. */
export async function labUp(source: string | undefined, flags: Flags): Promise<Answer> {
  const folder = resolve(flags.lab);
  const settings = await readSettings(folder, source, flags);
  const elsewhere = await checkAll(settings);
  const forget = onStop(() =>
    print(
      '\ninterrupted; what has started goes on: interlock lab status, interlock lab down',
      process.stderr,
    ),
  );
  const began = Date.now();
  const own = [process.execPath, process.argv[1]!] as const;
  const say = (step: string) => print(`lab: ${step}`, process.stderr);
  const { lab, started, release, isEmulated } = await up(folder, settings, own, say);
  if (isEmulated && started.length > 0)
    print('without KVM: hosts are emulated, which takes a minute or more', process.stderr);
  const known = () => knownHosts(folder, lab);
  const view = flags.wait
    ? await follow((show) => waitUntilUp(folder, lab, { seconds: flags.timeout, elsewhere, known, show }))
    : await look(folder, lab, await known());
  forget();
  const seconds = Math.round((Date.now() - began) / 1000);
  const end = flags.wait
    ? line`${view.hosts.length} hosts run ${release} (${formatSeconds(seconds)})`
    : 'the machines are on; to see how far they have come: interlock lab status';
  return {
    text: [
      formatHosts(view),
      '',
      end,
      ...formatForwards(view.hosts),
      '',
      ...nextCommands(lab, flags.lab),
    ].join('\n'),
    data: { folder, release, started, seconds, server: serverUrl(lab), hosts: view.hosts },
  };
}

/** Flags win over the file, and that over what the lab remembers. */
async function readSettings(folder: string, source: string | undefined, flags: Flags): Promise<Settings> {
  const before = await readLab(folder);
  const named = flags.config ?? (existsSync(usualFile) ? usualFile : undefined);
  const file = named === undefined ? {} : await readLabFile(named);
  const isNamed = file.image !== undefined || file.release !== undefined;
  const remembered = before ? asFile(before) : {};
  const { image, release, ...rest } = remembered;
  return settingsOf({ source, ...flags }, {
    ...(isNamed ? rest : { image, release, ...rest }),
    ...file,
  } as LabFile);
}

function asFile({ source, keys, hosts, channel, stateSize }: Lab): LabFile {
  return {
    [source.kind]: source.folder,
    keys,
    channel,
    hosts: hosts.length,
    ...(stateSize !== undefined && { state_size: stateSize }),
  };
}

/** Checks each user-data file once; gives the hosts that check in at a server of their own. */
async function checkAll({ hosts }: Settings): Promise<ReadonlySet<string>> {
  const files = new Set(hosts.flatMap(({ userData }) => userData ?? []));
  const elsewhere = new Set<string>();
  for (const file of files) {
    const { hasServer } = await checkUserData(file);
    for (const { name, userData } of hosts) if (hasServer && userData === file) elsewhere.add(name);
  }
  return elsewhere;
}

/** A table that changes on a terminal; elsewhere a line for each change, and at least each ten seconds. */
async function follow(
  wait: (show: (view: LabView, seconds: number) => void) => Promise<LabView>,
): Promise<LabView> {
  const screen = openScreen(process.stderr);
  let last = '';
  let saidAt = 0;
  try {
    return await wait((view, seconds) => {
      const now = summarize(view);
      if (now !== last || seconds - saidAt >= plainLineSeconds) saidAt = seconds;
      last = now;
      const time = formatSeconds(saidAt);
      screen.show([...formatHosts(view).split('\n'), `${formatSeconds(seconds)} …`], `${time}: ${now}`);
    });
  } finally {
    screen.end();
  }
}

function nextCommands(lab: Lab, folder: string): string[] {
  const here = relative(process.cwd(), resolve(folder)) || '.';
  const where = folder === '.interlock-lab' ? '' : line` --lab ${folder}`;
  return [
    'Next:',
    '',
    line`  interlock lab run n1${where} -- interlock-agent status`,
    line`  interlock lab console n1${where}`,
    line`  interlock lab ssh n1${where}`,
    '',
    'To update the hosts, with the keys of the lab:',
    '',
    line`  export INTERLOCK_SERVER=${serverUrl(lab)} INTERLOCK_TOKEN=$(cat ${here}/server/admin-token)`,
    line`  interlock publish RELEASE --keys ${here}/keys --channel ${lab.channel}`,
    '',
    line`To go on later: interlock lab stop${where}; to remove everything: interlock lab down${where}`,
  ];
}
