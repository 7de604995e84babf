import { useEffect, useRef, useState } from 'preact/hooks';

const spoken = new EventTarget();

/** Lets screen readers hear what changed without moving the reader. */
export function announce(text: string): void {
  spoken.dispatchEvent(new CustomEvent('say', { detail: text }));
}

/** Announces a sentence about the page whenever it becomes another one. */
export function useSpoken(text: string | undefined): void {
  const last = useRef(text);
  useEffect(() => {
    if (text !== undefined && last.current !== undefined && text !== last.current) announce(text);
    last.current = text ?? last.current;
  }, [text]);
}

/** Where announcements are made; once in the page. */
export function Announcer() {
  const [text, set] = useState('');
  useEffect(() => {
    const hear = (event: Event) => set((event as CustomEvent<string>).detail);
    spoken.addEventListener('say', hear);
    return () => spoken.removeEventListener('say', hear);
  }, []);
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {text}
    </p>
  );
}
