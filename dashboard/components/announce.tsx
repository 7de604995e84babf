import { useEffect, useRef, useState } from 'preact/hooks';

const spoken = new EventTarget();

/** Has screen readers read a change aloud without moving the focus. */
export function announce(text: string): void {
  spoken.dispatchEvent(new CustomEvent('say', { detail: text }));
}

/** Announces a sentence about the page whenever it changes. */
export function useAnnouncement(text: string | undefined): void {
  const last = useRef(text);
  useEffect(() => {
    if (text !== undefined && last.current !== undefined && text !== last.current) announce(text);
    last.current = text ?? last.current;
  }, [text]);
}

/** Makes the announcements; stands once in the page. */
export function Announcer() {
  const [text, set] = useState('');
  useEffect(() => {
    const show = (event: Event) => set((event as CustomEvent<string>).detail);
    spoken.addEventListener('say', show);
    return () => spoken.removeEventListener('say', show);
  }, []);
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {text}
    </p>
  );
}
