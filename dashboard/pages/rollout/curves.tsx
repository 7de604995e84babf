import { useMemo } from 'preact/hooks';
import type { CurveAnswer } from '../../../protocol/api/dashboard.ts';
import type { RolloutDetail } from '../../../protocol/api/rollout.ts';
import { Chart } from '../../components/chart.tsx';
import { Section } from '../../components/page.tsx';
import { percent } from '../../format/size.ts';
import { drawFailures, drawProgress } from './draw-curves.ts';

/** Planned beside actual. */
export function Progress({ of: curve, rollout }: { of: CurveAnswer; rollout: RolloutDetail }) {
  const { policyText } = rollout;
  const drawing = useMemo(() => drawProgress(curve, policyText), [curve, policyText]);
  const last = curve.actual.at(-1);
  const share = (hosts = 0) => percent(hosts / Math.max(curve.active, 1));
  return (
    <Section title="Planned and actual" note="percent of the channel’s hosts">
      <Chart
        title="Progress"
        drawing={drawing}
        says={`the ramp plans ${percent(rollout.percent / 100)} now; ${share(last?.granted)} started, ${share(last?.confirmed)} confirmed`}
      />
    </Section>
  );
}

/** How many of those that are through failed, and where that stops the rollout. */
export function FailureRate({ of: curve }: { of: CurveAnswer }) {
  const drawing = useMemo(() => drawFailures(curve), [curve]);
  const { failures, percent: limit, sample } = curve.limit;
  const last = curve.actual.findLast(({ failureRate }) => failureRate !== null);
  const rate = last?.failureRate ?? 0;
  return (
    <Section
      title="Failure rate"
      note={`stops above ${limit} % of ${sample} or more, or at ${failures} failures`}
    >
      <Chart
        title="Failed of those that are through"
        drawing={drawing}
        says={`${Number(rate.toFixed(2))} % now; the rollout stops above ${limit} %`}
      />
    </Section>
  );
}
