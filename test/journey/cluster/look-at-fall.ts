import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from './start-member.ts';

const swarmSeconds = 180;

/** How things stood when a host went down. */
export interface Fall {
  name: string;
  /** Hosts that were then off, or up and not yet confirmed. */
  unready: string[];
  /** What the swarm wanted of the host that went down, and how many tasks it was to run. */
  availability: string;
  tasks: number;
}

/**
 * Looks at the others while a host is off, between its reset and its next boot. More than one host down or unconfirmed
 * begins with a reset that comes too early, so looking at every reset misses none.
 */
export async function lookAtFall(fallen: Member, all: readonly Member[]): Promise<Fall> {
  const at = Date.now();
  const others = all.filter((member) => member !== fallen);
  const ready = await Promise.all(others.map((member) => wasReady(member, at)));
  const unready = others.filter((_, index) => !ready[index]).map(({ name }) => name);
  const { availability, tasks } = await askSwarm(fallen.name, others);
  return { name: fallen.name, unready, availability, tasks };
}

/** A boot that is counted is on trial until the agent marks it good; the mark's time tells whether that was before. */
async function wasReady({ vm }: Member, at: number): Promise<boolean> {
  const { status, output } = await vm.try(whenConfirmed, 120).catch(() => ({ status: -1, output: '' }));
  return status === 0 && Number(output) * 1000 < at;
}

const whenConfirmed = `
systemctl --quiet is-active multi-user.target || exit 1
[ ! -e /run/interlock/trial ] || exit 1
stat -c %Y /run/interlock/confirmed 2>/dev/null || echo 0
`;

/** The swarm may first have to choose another leader. */
async function askSwarm(
  name: string,
  others: readonly Member[],
): Promise<{ availability: string; tasks: number }> {
  const inspect = `docker node inspect ${name} --format '{{.Spec.Availability}}'`;
  const tasks = `docker node ps ${name} --filter desired-state=running --quiet`;
  for (const end = Date.now() + swarmSeconds * 1000; Date.now() < end; await sleep(3000)) {
    for (const { vm } of others) {
      const answer = await vm.try(`${inspect} && ${tasks}`, 60).catch(() => null);
      if (answer?.status !== 0) continue;
      const [availability = '', ...running] = answer.output.trim().split('\n');
      return { availability, tasks: running.length };
    }
  }
  throw new Error(`no manager answered for ${name} within ${swarmSeconds} s`);
}
