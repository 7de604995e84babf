import type { OverviewAnswer } from '../../../protocol/api/dashboard.ts';
import type { Curve, Drawing } from '../../components/drawing.ts';

type History = OverviewAnswer['history'];
type Series = History['series'][number];

const colors = ['--v1', '--v2', '--v3', '--v4', '--v5'];
const restColor = '--v6';

/** Versions as stacked areas, the newest first; old ones are drawn together as others. */
export function drawVersions({ times, series }: History): Drawing {
  const several = new Set(series.map(({ name }) => name)).size > 1;
  const ordered = series.toSorted(newestFirst);
  const own = ordered.filter(({ version }) => version !== null).slice(0, colors.length);
  const rest = ordered.filter((each) => !own.includes(each));
  const curves: Curve[] = own.map(({ name, version, hosts }, at) => ({
    label: several ? `${name} ${version}` : version!,
    color: colors[at]!,
    values: hosts,
  }));
  if (rest.length > 0) {
    const values = times.map((_, at) => rest.reduce((sum, { hosts }) => sum + (hosts[at] ?? 0), 0));
    curves.push({ label: 'others', color: restColor, values });
  }
  return { times: times.map((time) => Date.parse(time) / 1000), curves, stacked: true, unit: 'hosts' };
}

/** A version that appeared later is newer; versions that appeared together are ordered by number. */
function newestFirst(a: Series, b: Series): number {
  const since = ({ hosts }: Series) => hosts.findIndex((count) => count > 0);
  return since(b) - since(a) || (b.version ?? '').localeCompare(a.version ?? '', 'en', { numeric: true });
}
