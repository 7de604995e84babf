import { useMemo } from 'preact/hooks';
import type { CurveAnswer } from '../../../protocol/api/dashboard.ts';
import type { RolloutDetail } from '../../../protocol/api/rollout.ts';
import { Chart } from '../../components/chart.tsx';
import { Section } from '../../components/page.tsx';
import { percent } from '../../format/size.ts';
import { drawFailures, drawProgress } from './draw-progress.ts';

/** The planned and the actual share of hosts. */
export function Progress({ of: curve, rollout }: { of: CurveAnswer; rollout: RolloutDetail }) {
  const { policyText } = rollout;
  const drawing = useMemo(() => drawProgress(curve, policyText), [curve, policyText]);
  const last = curve.actual.at(-1);
  const share = (hosts = 0) => percent(hosts / Math.max(curve.active, 1));
  return (
    <Section title="Progress" note="planned and actual, in percent of the channel’s hosts">
      <Chart
        title="Progress"
        drawing={drawing}
        summary={`the ramp plans ${percent(rollout.percent / 100)} now; ${share(last?.granted)} started, ${share(last?.confirmed)} confirmed`}
      />
    </Section>
  );
}

/** The share of finished hosts that failed, and the limit above which the rollout halts. */
export function FailureRate({ of: curve }: { of: CurveAnswer }) {
  const drawing = useMemo(() => drawFailures(curve), [curve]);
  const { failures, percent: limit, sample } = curve.limit;
  const last = curve.actual.findLast(({ failureRate }) => failureRate !== null);
  const rate = last?.failureRate ?? 0;
  return (
    <Section
      title="Failure rate"
      note={`halts above ${limit} % of ${sample} or more hosts, or at ${failures} failures`}
    >
      <Chart
        title="Failed hosts among those that finished"
        drawing={drawing}
        summary={`${Number(rate.toFixed(2))} % now; the rollout halts above ${limit} %`}
      />
    </Section>
  );
}
