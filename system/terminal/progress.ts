import { visible } from '../../protocol/text/visible.ts';

/** What a long step tells about itself while it runs. */
export interface Progress {
  /** Sets how much is done, in the unit of `total`. */
  at(done: number): void;
  /** All of it is done, unless `note` is `failed`. */
  end(note?: string): void;
}

const redrawMs = 100;
const plainLineMs = 5000;
const usualWidth = 80;

/** Shows how far a step of `total` bytes is: a bar on a terminal, a plain line now and then elsewhere. */
export function showProgress(
  label: string,
  total: number,
  out: NodeJS.WriteStream = process.stderr,
): Progress {
  const started = Date.now();
  const pause = out.isTTY ? redrawMs : plainLineMs;
  let drawn = started;
  const draw = (text: string) => out.write(out.isTTY ? `\r\x1b[K${visible(text)}` : `${visible(text)}\n`);
  return {
    at(done) {
      if (Date.now() - drawn < pause) return;
      drawn = Date.now();
      draw(progressLine(label, done, total, (drawn - started) / 1000));
    },
    end(note = 'done') {
      const whole = progressLine(label, total, total, (Date.now() - started) / 1000);
      if (out.isTTY || drawn !== started) draw(`${note === 'failed' ? label : whole}  ${note}`);
      if (out.isTTY) out.write('\n');
    },
  };
}

/** One line of progress: bar, share, rate and time left. */
export function progressLine(label: string, done: number, total: number, seconds: number): string {
  const share = total > 0 ? Math.min(done / total, 1) : 1;
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 && done < total ? `${formatSeconds(Math.ceil((total - done) / rate))} left` : '';
  return `${label}  ${bar(share, 20)} ${percent(share)}  ${formatBytes(rate)}/s  ${left}`.trimEnd();
}

/** How wide answers may be: as the terminal; without one, nothing is cut or broken. */
export function terminalWidth(out: NodeJS.WriteStream = process.stdout): number {
  return out.isTTY ? out.columns || usualWidth : Number.POSITIVE_INFINITY;
}

/** A bar of `width` cells, `share` from 0 to 1 of it filled. */
export function bar(share: number, width: number): string {
  const filled = Math.round(share * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Bytes in three digits: `48.2 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${unit === 0 ? Math.round(value) : value.toFixed(digits)} ${units[unit]}`;
}

/** A stretch of time for people, in the one or two largest units. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}
