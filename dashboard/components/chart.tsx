import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../format/size.ts';
import { onCalendar } from '../format/time.ts';
import type { Drawn } from './draw-chart.ts';
import { type Curve, type Drawing, thin } from './drawing.ts';
import { onTheme } from './theme.tsx';

const tableRows = 24;

/** A chart, what it says in a sentence, and the same as a table. */
export function Chart({ drawing, says, title }: { drawing: Drawing; says: string; title: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [at, point] = useState<number | null>(null);
  useEffect(() => keepDrawn(place.current!, drawing, point), [drawing]);
  return (
    <figure class="chart">
      <figcaption>
        <span class="visually-hidden">{title}</span>
        <Legend drawing={drawing} at={at} />
      </figcaption>
      <div class="plot" ref={place} role="img" aria-label={`${title}: ${says}`} />
      <details class="as-table">
        <summary>{title} as a table</summary>
        <Numbers drawing={drawing} title={title} />
      </details>
    </figure>
  );
}

/** Draws, and draws again when the size or the colours change. The code that draws comes when the first chart does. */
function keepDrawn(place: HTMLElement, drawing: Drawing, point: (at: number | null) => void): () => void {
  let drawn: Drawn | undefined;
  let over = false;
  const redraw = async () => {
    const { draw } = await import('./draw-chart.ts');
    drawn?.end();
    drawn = over ? undefined : draw(place, drawing, point);
  };
  void redraw();
  const sized = new ResizeObserver(() => drawn?.resize());
  sized.observe(place);
  const themed = onTheme(() => void redraw());
  return () => {
    over = true;
    sized.disconnect();
    themed();
    drawn?.end();
  };
}

function Legend({ drawing, at }: { drawing: Drawing; at: number | null }) {
  const { times, curves, stacked } = drawing;
  const moment = at === null ? undefined : times[at];
  return (
    <ul class="legend">
      {curves.map((curve) => (
        <li key={curve.label}>
          <i
            class={curve.dashed ? 'swatch dashed' : stacked ? 'swatch area' : 'swatch'}
            style={{ color: `var(${curve.color})` }}
          />
          {curve.label} <b>{shownValue(curve, at, drawing)}</b>
        </li>
      ))}
      {moment !== undefined && <li class="quiet">{onCalendar(new Date(moment * 1000).toISOString())}</li>}
    </ul>
  );
}

/** The value under the pointer, or else that of now. */
function shownValue({ values }: Curve, at: number | null, { unit, times, now }: Drawing): string {
  const present = now === undefined ? times.length - 1 : times.findLastIndex((time) => time <= now);
  const value = values[at ?? present];
  return value === null || value === undefined ? '–' : say(value, unit);
}

function say(value: number, unit: Drawing['unit']): string {
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
                {values[row] === null || values[row] === undefined ? '–' : say(values[row], unit)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
