import { visible } from '../../protocol/text/visible.ts';
import { cutEnd } from './cut-end.ts';

/** What a long step tells about itself while it runs. */
export interface Progress {
  /** Sets how much is done, in the unit of `total`. */
  at(done: number): void;
  /** All of it is done, unless `note` is `failed`. */
  end(note?: string): void;
}

const redrawMs = 100;
const plainLineMs = 10_000;
const usualWidth = 80;
const widestBar = 20;
const narrowestBar = 4;
/** Before so much time and so large a share, a rate says nothing about the rest. */
const enough = { seconds: 3, share: 0.02 };

/** Shows how far a step of `total` bytes is: a bar on a terminal; elsewhere a plain line now and then, also while nothing moves. */
export function showProgress(
  label: string,
  total: number,
  out: NodeJS.WriteStream = process.stderr,
): Progress {
  const started = Date.now();
  const pause = out.isTTY ? redrawMs : plainLineMs;
  let drawn = started;
  let done = 0;
  const draw = (text: string) => out.write(out.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  const show = () => {
    drawn = Date.now();
    draw(progressLine(visible(label), done, total, (drawn - started) / 1000, terminalWidth(out)));
  };
  const ticks = setInterval(show, out.isTTY ? 1000 : plainLineMs).unref();
  return {
    at(now) {
      done = now;
      if (Date.now() - drawn >= pause) show();
    },
    end(note = 'done') {
      clearInterval(ticks);
      const room = terminalWidth(out) - note.length - 2;
      const whole = progressLine(visible(label), total, total, (Date.now() - started) / 1000, room);
      if (out.isTTY || drawn !== started) {
        draw(`${note === 'failed' ? cutEnd(visible(label), room) : whole}  ${visible(note)}`);
      }
      if (out.isTTY) out.write('\n');
    },
  };
}

/** One line of progress, no wider than `width`: bar, share, rate, and time left once there is enough to tell it from. */
export function progressLine(
  label: string,
  done: number,
  total: number,
  seconds: number,
  width = Number.POSITIVE_INFINITY,
): string {
  const share = total > 0 ? Math.min(done / total, 1) : 1;
  const rate = seconds > 0 ? done / seconds : 0;
  const isKnown = seconds >= enough.seconds && share >= enough.share;
  const left = isKnown && done < total ? `  ${formatSeconds(Math.ceil((total - done) / rate))} left` : '';
  const rest = ` ${percent(share)}  ${formatBytes(rate)}/s${left}`;
  const room = width - label.length - 2 - rest.length;
  const cells = Math.max(narrowestBar, Math.min(widestBar, room));
  return cutEnd(`${label}  ${bar(share, cells)}${rest}`, width);
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
