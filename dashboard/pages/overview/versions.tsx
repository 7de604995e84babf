import { useMemo } from 'preact/hooks';
import type { OverviewAnswer } from '../../../protocol/api/dashboard.ts';
import { Chart } from '../../components/chart.tsx';
import type { Drawing } from '../../components/drawing.ts';
import { Section } from '../../components/page.tsx';
import { count } from '../../format/size.ts';
import { drawVersions } from './draw-versions.ts';

/** The versions that hosts ran over the last days, the newest at the bottom. */
export function VersionsOverTime({ of: { history } }: { of: OverviewAnswer }) {
  const drawing = useMemo(() => drawVersions(history), [history]);
  return (
    <Section title="Versions" note="last 14 days">
      <Chart title="Hosts by version" drawing={drawing} summary={summarize(drawing)} />
    </Section>
  );
}

function summarize({ curves }: Drawing): string {
  return curves.map(({ label, values }) => `${label} on ${count(values.at(-1) ?? 0)} hosts`).join(', ');
}
