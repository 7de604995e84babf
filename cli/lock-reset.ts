import { InterlockError } from '../protocol/errors/interlock-error.ts';
import type { LockValue } from '../protocol/lock/lock-value.ts';
import { visible } from '../protocol/text/visible.ts';
import type { Answer } from '../system/command/command.ts';
import type { Etcd } from '../system/etcd/etcd.ts';
import { type Damage, findDamage, mendLock } from '../system/lock/mend-lock.ts';

/** What `interlock lock reset` was told: `empty` is the number of places of a value without holders. */
export interface ResetFlags {
  group: string;
  empty?: string;
  yes?: boolean;
}

const shownCharacters = 300;

/** Mends a group's value that nobody can read: shows what would be written, and writes it when told. Throws `usage`. */
export async function resetLock(
  etcd: Etcd,
  { group, empty, yes }: ResetFlags,
  format: (value: LockValue) => string,
): Promise<Answer> {
  if (empty !== undefined && !/^\d{1,6}$/.test(empty)) {
    throw new InterlockError('usage', { problem: `--empty ${empty} is no number of places` });
  }
  const damage = await findDamage(etcd, group);
  if (!damage) {
    const problem = `the lock of group ${group} can be read: there is nothing to mend`;
    throw new InterlockError('usage', { problem });
  }
  const slots = empty === undefined ? undefined : Number(empty);
  if (yes) {
    const value = await mendLock(etcd, group, damage, slots);
    return { text: ['written', format(value)].join('\n'), data: value };
  }
  return { text: tell(damage, slots, format), data: damage };
}

function tell(
  { found, before }: Damage,
  slots: number | undefined,
  format: (value: LockValue) => string,
): string {
  const text = visible(found.text.slice(0, shownCharacters));
  const rest = found.text.length - shownCharacters;
  const now = [
    `Nothing is written yet. Revision ${found.revision} cannot be read:`,
    `  ${text}${rest > 0 ? ` … and ${rest} characters more` : ''}`,
  ];
  if (slots !== undefined) {
    return [
      ...now,
      `--yes writes ${slots} places that nobody holds: only when no host of the group is down.`,
    ].join('\n');
  }
  if (!before) {
    return [
      ...now,
      'etcd has no earlier value that can be read. When no host of the group is down or rebooting:',
      '--empty PLACES --yes writes one that nobody holds.',
    ].join('\n');
  }
  return [...now, '', `--yes writes back revision ${before.revision}:`, format(before.value)].join('\n');
}
