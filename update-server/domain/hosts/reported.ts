import type { CheckIn } from '../../../protocol/api/check-in.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { formatLabels } from '../../../protocol/schema/format-labels.ts';

/** Everything of a check-in that a store keeps and that seldom changes, but for the boot id, as one text to compare. */
export function reportedText({
  name,
  version,
  arch,
  channel,
  group,
  rootHash,
  failed,
  cancelled,
  trouble,
  labels,
}: CheckIn): string {
  const text = `${name} ${version} ${arch} ${channel} ${group} ${rootHash} ${failed.join(' ')}`;
  const named = formatLabels(labels);
  if (!cancelled?.length && !trouble && !named) return text;
  const more = [
    cancelled?.join(' ') ?? '',
    trouble ? `${trouble.code} ${trouble.text}` : '',
    ...(named ? [named] : []),
  ];
  return [text, ...more].join(' | ');
}

/** A host's trouble with its start: the same code keeps its start, another one begins now. */
export function followTrouble(
  before: HostSummary['trouble'],
  trouble: CheckIn['trouble'],
  now: string,
): HostSummary['trouble'] {
  if (!trouble) return null;
  const { code, text } = trouble;
  return { code, text, since: before?.code === code ? before.since : now };
}
