import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../format/size.ts';
import { onCalendar } from '../format/time.ts';
import type { Drawn } from './draw-chart.ts';
import { type Curve, type Drawing, thin } from './drawing.ts';
import { onTheme } from './theme.tsx';

const tableRows = 24;

interface ChartProps {
  drawing: Drawing;
  /** What the chart shows, in a sentence. */
  summary: string;
  title: string;
}

/** A chart, its summary for screen readers, and the same figures as a table. */
export function Chart({ drawing, summary, title }: ChartProps) {
  const plot = useRef<HTMLDivElement>(null);
  const [index, point] = useState<number | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => keepDrawn(plot.current!, drawing, point, setProblem), [drawing]);
  return (
    <figure class="chart">
      <figcaption>
        <span class="visually-hidden">{title}</span>
        <Legend drawing={drawing} index={index} />
      </figcaption>
      {problem && (
        <p class="problem">The chart cannot be drawn: {problem}. The table below has its figures.</p>
      )}
      <div class="plot" ref={plot} role="img" aria-label={`${title}: ${summary}`} />
      <details class="as-table">
        <summary>{title} as a table</summary>
        <Numbers drawing={drawing} title={title} />
      </details>
    </figure>
  );
}

/** Draws, and draws again when the size or the colors change. The drawing code is loaded with the first chart. */
function keepDrawn(
  plot: HTMLElement,
  drawing: Drawing,
  point: (index: number | null) => void,
  fail: (problem: string) => void,
): () => void {
  let drawn: Drawn | undefined;
  let over = false;
  const redraw = async () => {
    const { draw } = await import('./draw-chart.ts');
    drawn?.end();
    drawn = over ? undefined : draw(plot, drawing, point);
    fail('');
  };
  const tryRedraw = () => void redraw().catch((error: Error) => fail(error.message));
  tryRedraw();
  const sized = new ResizeObserver(() => drawn?.resize());
  sized.observe(plot);
  const themed = onTheme(tryRedraw);
  return () => {
    over = true;
    sized.disconnect();
    themed();
    drawn?.end();
  };
}

function Legend({ drawing, index }: { drawing: Drawing; index: number | null }) {
  const { times, curves, stacked } = drawing;
  const moment = index === null ? undefined : times[index];
  return (
    <ul class="legend">
      {curves.map((curve) => (
        <li key={curve.label}>
          <i
            class={curve.dashed ? 'swatch dashed' : stacked ? 'swatch area' : 'swatch'}
            style={{ color: `var(${curve.color})` }}
          />
          {curve.label} <b>{shownValue(curve, index, drawing)}</b>
        </li>
      ))}
      {moment !== undefined && <li class="quiet">{onCalendar(new Date(moment * 1000).toISOString())}</li>}
    </ul>
  );
}

/** The value under the pointer, or the present one. */
function shownValue({ values }: Curve, index: number | null, { unit, times, now }: Drawing): string {
  const present = now === undefined ? times.length - 1 : times.findLastIndex((time) => time <= now);
  const value = values[index ?? present];
  return value === null || value === undefined ? '–' : format(value, unit);
}

function format(value: number, unit: Drawing['unit']): string {
  return unit === '%' ? `${Number(value.toFixed(value < 10 ? 1 : 0))} %` : count(value);
}

function Numbers({ drawing: { times, curves, unit }, title }: { drawing: Drawing; title: string }) {
  return (
    <table>
      <caption class="visually-hidden">{title}</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          {curves.map(({ label }) => (
            <th key={label} scope="col" class="number">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {thin(times.length, tableRows).map((row) => (
          <tr key={row}>
            <th scope="row">{onCalendar(new Date(times[row]! * 1000).toISOString())}</th>
            {curves.map(({ label, values }) => (
              <td key={label} class="number">
                {values[row] === null || values[row] === undefined ? '–' : format(values[row], unit)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
