import type { RolloutDetail } from '../../protocol/api/rollout.ts';
import { cutEnd } from '../../system/terminal/cut-end.ts';
import { formatSeconds } from '../../system/terminal/progress.ts';
import { stateOf, waitingIn } from './rollout-text.ts';

const blocks = ' ▁▂▃▄▅▆▇█';
const labelWidth = 11;
const figureWidth = 28;
const widestProgress = 60;

/** The lines of a live view of a rollout: planned and granted progress, and what hosts wait for. */
export function viewRollout(rollout: RolloutDetail, now: Date, width: number): string[] {
  const { active, curve, planned, policyText } = rollout;
  const starts = Date.parse(rollout.starts);
  const end = Math.max(now.getTime(), ...planned.map(({ at }) => Date.parse(at)), starts + 1);
  const cells = Math.max(8, Math.min(width - labelWidth - figureWidth, widestProgress));
  const times = Array.from({ length: cells }, (_, cell) => starts + ((end - starts) * (cell + 1)) / cells);
  const last = curve.at(-1) ?? { granted: 0, confirmed: 0, failed: 0 };
  const until = (key: 'granted' | 'confirmed') =>
    drawProgress(
      times.map((time, cell) => {
        const isPast = (times[cell - 1] ?? starts) <= now.getTime();
        const point = curve.findLast(({ at }) => Date.parse(at) <= time);
        return isPast ? share(point?.[key] ?? 0, active) : null;
      }),
    );
  const line = (label: string, text: string) => cutEnd(`${label.padEnd(labelWidth)}${text}`, width);
  const limit = policyText.max_failures;
  const reasons = waitingIn(rollout).map(({ reason, hosts }) => `${hosts} ${reason}`);
  return [
    cutEnd(`${rollout.name} ${rollout.version} ${rollout.arch} on ${rollout.channel}`, width),
    line('state', `${stateOf(rollout)} (policy ${rollout.policy}${canaryOf(rollout)})`),
    line(starts > now.getTime() ? 'starts' : 'since', sinceOf(starts, now)),
    '',
    line(
      'planned',
      `${drawProgress(times.map((time) => plannedAt(planned, time) / 100))}  ${percent(rollout.percent / 100)} can start`,
    ),
    line(
      'granted',
      `${until('granted')}  ${percent(share(last.granted, active))} ${last.granted} of ${active}`,
    ),
    line(
      'good',
      `${until('confirmed')}  ${percent(share(rollout.confirmed, active))} ${rollout.confirmed} of ${active}`,
    ),
    '',
    line('under way', `${rollout.inFlight} of at most ${rollout.inFlightLimit}`),
    line('failed', `${rollout.failed}${limit === undefined ? '' : `; stops at ${limit}`}`),
    line('waiting', reasons.join(', ') || 'none'),
  ];
}

/** The same in one line, for a log. */
export function lineOfRollout(rollout: RolloutDetail): string {
  const { name, version, channel, active, confirmed, failed, inFlight, curve } = rollout;
  const granted = curve.at(-1)?.granted ?? 0;
  const reasons = waitingIn(rollout).map(({ reason, hosts }) => `${hosts} ${reason}`);
  return [
    `${name} ${version} on ${channel} ${stateOf(rollout)}`,
    `planned ${percent(rollout.percent / 100).trim()}`,
    `granted ${granted} of ${active}`,
    `${inFlight} under way`,
    `${confirmed} good`,
    `${failed} failed`,
    ...(reasons.length > 0 ? [`waiting: ${reasons.join(', ')}`] : []),
  ].join('; ');
}

/** The percentage that the ramp plans for a time, interpolated between its steps. */
export function plannedAt(planned: RolloutDetail['planned'], time: number): number {
  const at = planned.findLastIndex((point) => Date.parse(point.at) <= time);
  const [from, to] = [planned[at], planned[at + 1]];
  if (!from) return 0;
  if (!to) return from.percent;
  const [begin, end] = [Date.parse(from.at), Date.parse(to.at)];
  return from.percent + ((time - begin) / (end - begin)) * (to.percent - from.percent);
}

/** Shares from 0 to 1 as blocks of eight heights; null is in the future. */
function drawProgress(shares: readonly (number | null)[]): string {
  return shares
    .map((value) => {
      if (value === null) return '·';
      const height = Math.min(Math.round(value * 8), 8);
      return blocks[value > 0 ? Math.max(height, 1) : 0];
    })
    .join('');
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(part / whole, 1) : 0;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1).padStart(5)} %`;
}

function canaryOf({ canary }: RolloutDetail): string {
  return canary ? `, canary ${canary}` : '';
}

function sinceOf(starts: number, now: Date): string {
  const seconds = (now.getTime() - starts) / 1000;
  return seconds < 0 ? `in ${formatSeconds(-seconds)}` : formatSeconds(seconds);
}
