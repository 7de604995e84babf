import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { visible } from '../protocol/text/visible.ts';
import type { Answer } from '../system/command/command.ts';
import type { Etcd } from '../system/etcd/etcd.ts';
import { type Damage, findDamage, mendLock } from '../system/lock/mend-lock.ts';
import { isConfirmed } from '../system/terminal/confirm.ts';
import { formatLock } from './format/lock-text.ts';

/** Flags of `interlock lock reset`; `empty` is the number of places of a value without holders. */
export interface ResetFlags {
  group: string;
  empty?: string;
  yes?: boolean;
}

const shownCharacters = 300;

/** Repairs a group's unreadable value: shows what would be written, and writes it with `--yes`. Throws `usage`. */
export async function resetLock(etcd: Etcd, { group, empty, yes }: ResetFlags): Promise<Answer> {
  if (empty !== undefined && !/^\d{1,6}$/.test(empty)) {
    throw new InterlockError('usage', { problem: `--empty is ${empty}; give a number of places such as 1` });
  }
  const damage = await findDamage(etcd, group);
  if (!damage) {
    const problem = `the lock of group ${group} is readable, so there is nothing to repair`;
    throw new InterlockError('usage', { problem });
  }
  const slots = empty === undefined ? undefined : Number(empty);
  const canMend = slots !== undefined || damage.before !== null;
  if (canMend ? await isConfirmed(yes, describe(damage, slots)) : yes) {
    const value = await mendLock(etcd, group, damage, slots);
    return { text: ['written', formatLock(value)].join('\n'), data: value };
  }
  return { text: describe(damage, slots), data: damage };
}

function describe({ found, before }: Damage, slots: number | undefined): string {
  const text = visible(found.text.slice(0, shownCharacters));
  const rest = found.text.length - shownCharacters;
  const now = [
    `Nothing was written. Revision ${found.revision} cannot be read:`,
    `  ${text}${rest > 0 ? ` … and ${rest} more characters` : ''}`,
  ];
  if (slots !== undefined) {
    return [
      ...now,
      `Add --yes to write ${slots} places without holders. Do so only when no host of the group is down.`,
    ].join('\n');
  }
  if (!before) {
    return [
      ...now,
      'etcd has no earlier readable value. When no host of the group is down or rebooting,',
      'write one without holders by --empty PLACES --yes.',
    ].join('\n');
  }
  return [...now, '', `Add --yes to write back revision ${before.revision}:`, formatLock(before.value)].join(
    '\n',
  );
}
