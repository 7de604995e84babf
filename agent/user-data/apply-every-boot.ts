import { applyItems } from './apply/apply-items.ts';
import { itemsOf } from './apply/items-of.ts';
import type { Manager } from './apply/manager.ts';
import { planOf } from './plan-of.ts';
import { mayApply } from './policy/may-apply.ts';
import { readKeptDocument } from './record/kept-document.ts';
import type { Record } from './record/record.ts';

/** What it works with. */
export interface EveryBootOptions {
  root: string;
  secureBoot: boolean;
  manager: Manager;
  now: Date;
}

/**
 * Does what each boot must do, from the document as it was last applied, while its source is silent. With Secure Boot on that is
 * no more than any disk may ask: who writes the state partition can have written the document.
 */
export async function applyEveryBoot(
  { root, secureBoot, manager, now }: EveryBootOptions,
  before: Record,
): Promise<{ record: Record; failed: Record['problems'] }> {
  const kept = await readKeptDocument(root);
  if (kept?.instanceId !== before.instanceId) return { record: before, failed: [] };
  const { plan } = mayApply(planOf({ ...kept, sshKeys: [] }).plan, { secureBoot, trusted: false });
  const items = itemsOf(root, plan, manager, now).filter(({ everyBoot }) => everyBoot);
  const record = await applyItems(root, items, before, { isWhole: false });
  await manager.settle();
  const failed = record.problems.filter(({ item }) => items.some(({ name }) => name === item));
  return { record, failed };
}
