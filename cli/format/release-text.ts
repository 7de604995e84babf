import type { ReleaseDetail } from '../../protocol/api/dashboard.ts';
import type { ReleaseSummary } from '../../protocol/api/operator.ts';
import { formatList } from '../../system/list/format-list.ts';
import type { List } from '../../system/list/list.ts';
import { formatTime } from '../../system/terminal/format-time.ts';
import { formatBytes } from '../../system/terminal/progress.ts';
import { formatFacts } from '../../system/terminal/table.ts';

const size = (bytes: number | undefined) => (bytes === undefined ? '-' : formatBytes(bytes));

/** The columns of `interlock release list`. */
export const releaseList: List<ReleaseSummary> = {
  none: 'no releases: publish one by interlock publish RELEASE --keys DIR --channel CHANNEL',
  columns: [
    { name: 'name', value: ({ name }) => name },
    { name: 'version', kind: 'version', value: ({ version }) => version },
    { name: 'arch', value: ({ arch }) => arch },
    {
      name: 'channels',
      value: ({ channels }) => channels.join(' '),
      show: ({ channels }) => channels.join(' ') || '-',
    },
    { name: 'blocked-in', value: ({ blockedIn = [] }) => blockedIn.join(' '), isWide: true },
    { name: 'hosts', kind: 'count', value: ({ hosts }) => hosts },
    {
      name: 'image',
      kind: 'count',
      value: ({ imageBytes }) => imageBytes,
      show: ({ imageBytes }) => size(imageBytes),
    },
    {
      name: 'update',
      kind: 'count',
      value: ({ updateBytes }) => updateBytes,
      show: ({ updateBytes }) => size(updateBytes),
    },
    { name: 'created', kind: 'time', value: ({ created }) => created },
    { name: 'published', kind: 'time', value: ({ published }) => published, isWide: true },
    { name: 'root-hash', kind: 'id', value: ({ rootHash }) => rootHash, isWide: true },
  ],
};

const payloadList: List<ReleaseDetail['payloads'][number]> = {
  none: 'no payloads',
  columns: [
    { name: 'payload', value: ({ from }) => (from === null ? 'full' : `delta from ${from}`) },
    { name: 'size', kind: 'count', value: (one) => one.size, show: (one) => formatBytes(one.size) },
    { name: 'on-the-server', value: ({ here }) => (here ? 'yes' : 'no') },
  ],
};

const signedList: List<ReleaseDetail['signed'][number]> = {
  none: 'no signatures',
  columns: [
    { name: 'signed-by', value: ({ role }) => role },
    { name: 'keys', kind: 'count', value: ({ keys }) => keys.length },
    { name: 'expires', kind: 'time', value: ({ expires }) => expires },
    { name: 'key-ids', kind: 'text', value: ({ keys }) => keys.map((key) => key.slice(0, 12)).join(' ') },
  ],
};

/** Everything about one release. */
export function describeRelease(detail: ReleaseDetail, { hosts, blockedIn = [] }: ReleaseSummary): string {
  const { name, version, arch, channels, sizes, created, published, stateCompat, rootHash } = detail;
  const image = sizes.root + sizes.verity + sizes.boot;
  return [
    formatFacts([
      ['release', `${name} ${version} ${arch}`],
      ['head of', channels.join(', ') || 'no channel'],
      ...(blockedIn.length > 0 ? ([['blocked in', blockedIn.join(', ')]] as const) : []),
      [
        'hosts',
        hosts === undefined ? 'unknown' : `${hosts} run it: interlock host list --version ${version}`,
      ],
      [
        'image',
        `${formatBytes(image)} (root ${formatBytes(sizes.root)}, boot file ${formatBytes(sizes.boot)})`,
      ],
      ['created', formatTime(created)],
      ['published', formatTime(published)],
      ['rollback', `possible to ${stateCompat} and later`],
      ['root hash', rootHash],
    ]),
    '',
    formatList(payloadList, detail.payloads),
    '',
    formatList(signedList, detail.signed),
  ].join('\n');
}
