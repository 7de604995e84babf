import type { RolloutDetail } from '../../../protocol/api/rollout.ts';
import { toServer } from '../../format/command.ts';

/** The command that sends a rollout's hosts back to the version that was good before. */
export function rollbackCommand({
  name,
  channel,
  goBack,
}: Pick<RolloutDetail, 'name' | 'channel' | 'goBack'>): string {
  return toServer(`interlock rollback ${name} --channel ${channel} --to ${goBack ?? 'VERSION'} --keys keys`);
}
