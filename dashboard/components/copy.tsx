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

/** Puts a text on the clipboard; says so aloud. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, set] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    announce(`The ${what} is on the clipboard.`);
    set(true);
    setTimeout(() => set(false), 2000);
  };
  // without TLS the browser gives pages no clipboard
  if (!navigator.clipboard) return null;
  const word = copied ? 'Copied' : 'Copy';
  return (
    <button
      type="button"
      class="copy"
      onClick={() => void copy()}
      aria-label={`${word} the ${what}: ${text}`}
    >
      {word}
    </button>
  );
}
