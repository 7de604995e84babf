import type { Plan } from '../user-data/plan.ts';
import type { Place } from '../user-data/problem.ts';
import type { Report } from '../user-data/report.ts';
import { joinNames } from './keys/hostname.ts';
import type { Draft } from './plan-document.ts';

/** Puts together what several keys and parts say of one thing, and refuses what contradicts itself. */
export function finishPlan({ plan, names, update }: Draft, to: Report): Plan {
  const hostname = joinNames(names, to);
  if (hostname) plan.hostname = hostname;
  else if (plan.manageEtcHosts)
    to.warn(plan.manageEtcHosts.at, 'manage_etc_hosts writes the name that the host has', 'Add hostname:.');
  applyWish(plan, update, to);
  refuseTwice(plan.users, ({ name }) => name, 'the user', to);
  refuseTwice(
    plan.users.filter(({ uid }) => uid !== undefined),
    ({ uid }) => `${uid}`,
    'the uid',
    to,
  );
  refuseTwice(plan.units, ({ name }) => name, 'the unit', to);
  refuseTwice(
    plan.files.filter(({ append }) => !append),
    ({ path }) => path,
    'the file',
    to,
  );
  refuseTwice(
    plan.mounts.filter(({ where }) => where !== 'none'),
    ({ where }) => where,
    'the mount point',
    to,
  );
  refuseTwice(plan.healthChecks, ({ name }) => name, 'the health check', to);
  for (const { path, owner, group, deferred, at } of plan.files) {
    const isNamed = [owner, group].some(
      (who) => plan.users.some(({ name }) => name === who) || plan.groups.some(({ name }) => name === who),
    );
    if (isNamed && !deferred)
      to.warn(at, `${path} belongs to ${owner}:${group}, who is made later`, 'Add defer: true.');
  }
  return plan;
}

/** `coreos: update` speaks of what `interlock:` says too; the newer key wins nothing, because nobody knows which was meant. */
function applyWish(plan: Plan, { channel, lock }: Draft['update'], to: Report): void {
  const inputs = plan.agent?.inputs;
  if (channel && inputs?.channel !== undefined)
    to.error(
      channel.at,
      'coreos: update: group and interlock: channel are both there',
      'Leave interlock: channel.',
    );
  if (lock && inputs?.lock !== undefined)
    to.error(
      lock.at,
      'coreos: update: reboot-strategy and interlock: lock are both there',
      'Leave interlock: lock.',
    );
  const at = plan.agent?.at ?? channel?.at ?? lock?.at;
  if (!at || (!channel && !lock)) return;
  const added = { ...(channel && { channel: channel.value }), ...(lock && { lock: { kind: lock.value } }) };
  plan.agent = { inputs: { ...added, ...inputs }, at };
}

function refuseTwice<T extends { at: Place }>(
  items: readonly T[],
  nameOf: (item: T) => string,
  what: string,
  to: Report,
): void {
  const first = new Map<string, Place>();
  for (const item of items) {
    const name = nameOf(item);
    const before = first.get(name);
    if (before)
      to.error(
        item.at,
        `${what} ${name} is there a second time; the first is on line ${before.line}`,
        'Join both into one.',
      );
    else first.set(name, item.at);
  }
}
