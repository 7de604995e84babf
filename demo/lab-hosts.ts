import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Progress } from '../agent/run/run.ts';
import type { Memory } from '../agent/state-machine/memory.ts';
import { labPaths } from '../lab/folder/lab.ts';
import { bootsIn } from '../lab/machine/phase.ts';
import { reachMachine } from '../lab/machine/reach.ts';
import { outsideAddress } from '../lab/plan/addresses.ts';
import { adminToken } from '../lab/start/start-server.ts';
import { processorSecondsOf } from '../test/support/processor-seconds.ts';
import { command } from './commands.ts';
import { type DemoHost, lockSettings, type Site, type SiteOptions } from './demo-host.ts';
import type { HostView } from './describe-host.ts';

const lookEveryMs = 1000;
/** A guest that reboots never answers. */
const answerSeconds = 10;
/** What a boot takes until the first one has shown it. */
const usualBootSeconds = 60;
const health = { settle: 20, steady: 1, timeout: 20 };

/** Shell: everything the board shows about a machine, in four parts. */
const look = `
cat /proc/sys/kernel/random/boot_id
echo ---; . /etc/os-release; echo "$VERSION_ID"
echo ---; cat /var/lib/interlock/agent/state.json 2>/dev/null || echo null
echo ---; cat /run/interlock/progress.json 2>/dev/null || echo null
`;

/** A lab: its update server, and virtual machines that learn of the lock from user-data. */
export async function labHosts(options: SiteOptions): Promise<Site> {
  const { folder, names, release, keys, etcd, announce, cleanUp } = options;
  const lab = join(folder, 'lab');
  const userData = join(folder, 'host.yaml');
  const inGuest = etcd.map((url) => url.replace('127.0.0.1', outsideAddress));
  await writeFile(userData, `#cloud-config\n${stringify({ interlock: lockSettings(inGuest, health) })}`);
  const words = ['--hosts', String(names.length), '--channel', 'stable', '--no-wait'];
  announce(
    'Lab',
    ['interlock lab up releases/tiny-1-x86-64 --keys keys --user-data host.yaml', ...words].join(' '),
  );
  cleanUp.push(() => command(['lab', 'down', '--lab', lab]));
  const given = ['--keys', keys, '--user-data', userData, '--lab', lab];
  const { server } = await command<{ server: string }>(['lab', 'up', release, ...given, ...words]);
  const paths = labPaths(lab);
  return {
    env: { INTERLOCK_SERVER: server, INTERLOCK_TOKEN: await adminToken(lab) },
    // publishing signs new versions of the metadata, and the lab keeps a copy of its own
    keys: paths.keys,
    hosts: names.map((name) => followHost(name, paths.host(name))),
  };
}

function followHost(name: string, folder: string): DemoHost {
  const reach = reachMachine(folder, name);
  let seen: HostView | null = null;
  let isOver = false;
  let following: Promise<unknown> = Promise.resolve();
  let boots = 0;
  let bootedAt = Date.now();
  let bootSeconds = usualBootSeconds;
  const downCalls: (() => void)[] = [];

  async function countBoots(): Promise<void> {
    for (; !isOver; await sleep(lookEveryMs / 4)) {
      const now = bootsIn(await reach.log());
      if (now === boots) continue;
      if (boots > 0) for (const call of downCalls) call();
      boots = now;
      bootedAt = Date.now();
      seen = null;
    }
  }

  async function askGuest(): Promise<void> {
    for (; !isOver; await sleep(lookEveryMs)) {
      const boot = boots;
      const answer = await ask(reach).catch(() => null);
      if (boot !== boots || answer?.status !== 0) continue;
      if (!seen) bootSeconds = (Date.now() - bootedAt) / 1000;
      seen = parseLook(name, answer.output);
    }
  }

  return {
    name,
    async start() {
      following = Promise.all([countBoots(), askGuest()]);
    },
    async stop() {
      isOver = true;
      await following;
    },
    async view() {
      if (seen) return seen;
      const booting = { seconds: (Date.now() - bootedAt) / 1000, usual: bootSeconds };
      return { name, running: null, bootId: null, memory: null, progress: null, booting };
    },
    onDown: (call) => void downCalls.push(call),
    cpuSeconds() {
      const pid = reach.pid();
      return pid === undefined ? 0 : processorSecondsOf(pid);
    },
  };
}

async function ask(reach: ReturnType<typeof reachMachine>) {
  const shell = await reach.shell();
  const late = setTimeout(() => shell.close(), answerSeconds * 1000);
  try {
    return await shell.run(look, answerSeconds);
  } finally {
    clearTimeout(late);
    shell.close();
  }
}

function parseLook(name: string, text: string): HostView {
  const [bootId = '', version = '', memory = 'null', progress = 'null'] = text.split(/^---\n/m);
  return {
    name,
    running: version.trim(),
    bootId: bootId.trim(),
    memory: JSON.parse(memory) as Memory | null,
    progress: JSON.parse(progress) as Progress | null,
    booting: null,
  };
}
