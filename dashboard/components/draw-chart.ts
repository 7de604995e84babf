import uPlot from 'uplot';
import { type Drawing, stack } from './drawing.ts';

/** A chart that was drawn. */
export interface Drawn {
  resize(): void;
  end(): void;
}

/** Draws a chart with uPlot into an element; `point` gets the index of the time under the pointer, null when it leaves. */
export function draw(plot: HTMLElement, drawing: Drawing, point: (index: number | null) => void): Drawn {
  const colors = readColors(plot);
  const { times, curves, stacked, unit } = drawing;
  const sums = stacked ? stack(curves) : curves.map(({ values }) => [...values]);
  const order = curves.map((_, index) => (stacked ? curves.length - 1 - index : index));
  const size = () => ({ width: plot.clientWidth, height: plot.clientHeight });
  const options: uPlot.Options = {
    ...size(),
    padding: [14, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: !stacked, size: 6 } },
    scales: { y: { range: (_, __, most) => [0, top(drawing, most)] } },
    axes: [
      { ...axis(colors), space: 70, size: 34, values: times24 },
      {
        ...axis(colors),
        size: 52,
        space: 32,
        incrs:
          unit === 'hosts'
            ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5]
            : [0.5, 1, 2, 5, 10, 25, 50],
        values: (_, ticks) => ticks.map((tick) => (unit === '%' ? `${tick} %` : tick.toLocaleString('en'))),
      },
    ],
    series: [
      {},
      ...order.map((index) => {
        const { color, dashed, stepped, label } = curves[index]!;
        return {
          label,
          // a line in the color of the page separates areas
          stroke: colors(stacked ? '--paper' : color),
          width: stacked ? 1 : 2,
          ...(dashed ? { dash: [6, 4] } : {}),
          ...(stacked ? { fill: colors(color) } : {}),
          ...(stepped ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
          points: { show: false },
        };
      }),
    ],
    hooks: {
      draw: [(chart) => drawMarks(chart, drawing, colors)],
      setCursor: [({ cursor }) => point(cursor.idx ?? null)],
    },
  };
  const chart = new uPlot(
    options,
    [[...times], ...order.map((index) => sums[index]!)] as uPlot.AlignedData,
    plot,
  );
  return { resize: () => chart.setSize(size()), end: () => chart.destroy() };
}

type Colors = (name: string) => string;

/** The style sheet's colors in the present theme, in a form that a canvas takes. */
function readColors(plot: HTMLElement): Colors {
  const probe = plot.appendChild(document.createElement('i'));
  const found = new Map<string, string>();
  return (name) => {
    if (!found.has(name)) {
      plot.append(probe);
      probe.style.color = `var(${name})`;
      found.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    return found.get(name)!;
  };
}

function axis(colors: Colors): uPlot.Axis {
  return {
    stroke: colors('--ink-2'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colors('--line'), width: 1 },
    ticks: { show: false },
  };
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const toMinutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const toSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Midnight shows the day, every other tick the time of day. */
function times24(_: uPlot, ticks: number[], __: number, ___: number, step: number): string[] {
  const hour = step < 60 ? toSeconds : toMinutes;
  return ticks.map((tick, index) => {
    const time = new Date(tick * 1000);
    const midnight = time.getHours() === 0 && time.getMinutes() === 0;
    return midnight
      ? day.format(time)
      : index === 0
        ? `${hour.format(time)}\n${day.format(time)}`
        : hour.format(time);
  });
}

function top({ max = 0, limits = [], unit }: Drawing, most: number | null): number {
  const highest = Math.max(max, most ?? 0, ...limits.map(({ value }) => value * 1.25));
  return unit === '%' ? Math.min(100, highest || 1) : Math.max(1, Math.ceil(highest * 1.08));
}

/** Draws limits and the present above everything else. */
function drawMarks(chart: uPlot, { limits = [], now }: Drawing, colors: Colors): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  for (const { value, label } of limits) {
    const y = Math.round(chart.valToPos(value, 'y', true)) + 0.5;
    ctx.strokeStyle = colors('--stop-lamp');
    ctx.fillStyle = colors('--stop');
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    line(ctx, bbox.left, y, bbox.left + bbox.width, y);
    ctx.textAlign = 'left';
    ctx.fillText(label, bbox.left + 6 * ratio, y - 6 * ratio);
  }
  const { min = 0, max = 0 } = chart.scales.x ?? {};
  if (now !== undefined && now > (min ?? 0) && now < (max ?? 0)) {
    const x = Math.round(chart.valToPos(now, 'x', true)) + 0.5;
    ctx.strokeStyle = colors('--line-2');
    ctx.fillStyle = colors('--ink-2');
    ctx.lineWidth = ratio;
    ctx.setLineDash([]);
    line(ctx, x, bbox.top, x, bbox.top + bbox.height);
    ctx.textAlign = 'center';
    ctx.fillText('now', x, bbox.top - 3 * ratio);
  }
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, ...[x1, y1, x2, y2]: [number, number, number, number]): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
