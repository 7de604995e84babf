import { useEffect, useState } from 'preact/hooks';
import { exactly, fromNow, onCalendar, zoneName } from '../format/time.ts';

/** A relative time; hovering shows the exact one. */
export function When({ time, never = 'never' }: { time: string | null | undefined; never?: string }) {
  useMinutes();
  if (!time) return <span class="quiet">{never}</span>;
  return (
    <time dateTime={time} title={onCalendar(time)}>
      {fromNow(time)}
    </time>
  );
}

/** The exact time of something that happened, with how long ago below it. */
export function Exact({ time }: { time: string }) {
  useMinutes();
  return (
    <time dateTime={time} title={`${exactly(time)} ${zoneName(new Date(time))}`} class="exact">
      {exactly(time)}
      <small>{fromNow(time)}</small>
    </time>
  );
}

/** Draws again each half minute, so that relative times stay true. */
function useMinutes(): void {
  const [, set] = useState(0);
  useEffect(() => {
    const tick = setInterval(() => set((count) => count + 1), 30_000);
    return () => clearInterval(tick);
  }, []);
}

const exact = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence from the server, with its times in the reader's time zone. */
export function WithTimes({ text }: { text: string }) {
  return (
    <>
      {text.split(exact).map((part, index) =>
        index % 2 === 1 ? (
          <time key={part} dateTime={part}>
            {onCalendar(part)} ({fromNow(part)})
          </time>
        ) : (
          part
        ),
      )}
    </>
  );
}
