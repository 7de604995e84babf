import { useState } from 'preact/hooks';
import { announce } from './announce.tsx';

/** A command to type, with a button that copies it. */
export function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <code>{text}</code>
      <Copy text={text} what="command" />
    </div>
  );
}

/** Copies a text to the clipboard and announces it. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, set] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch (error) {
      return announce(`Cannot copy the ${what}: ${(error as Error).message}`);
    }
    announce(`Copied the ${what} to the clipboard.`);
    set(true);
    setTimeout(() => set(false), 2000);
  };
  // without TLS, browsers have no clipboard for pages
  if (!navigator.clipboard) return null;
  const label = copied ? 'Copied' : 'Copy';
  return (
    <button
      type="button"
      class="copy"
      onClick={() => void copy()}
      aria-label={`${label} the ${what}: ${text}`}
    >
      {label}
    </button>
  );
}
