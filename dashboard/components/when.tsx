import { useEffect, useState } from 'preact/hooks';
import { fromNow, onCalendar } from '../format/time.ts';

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
