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
      await toClipboard(text);
    } catch (error) {
      return announce(`Cannot copy the ${what}: ${(error as Error).message}`);
    }
    announce(`Copied the ${what} to the clipboard.`);
    set(true);
    setTimeout(() => set(false), 2000);
  };
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

/** Copies the page’s address, which has its filters too. */
export function CopyLink() {
  const [copied, set] = useState(false);
  const copy = async () => {
    try {
      await toClipboard(location.href);
    } catch (error) {
      return announce(`Cannot copy the link: ${(error as Error).message}`);
    }
    announce('Copied the link to this page.');
    set(true);
    setTimeout(() => set(false), 2000);
  };
  return (
    <button type="button" class="plain" onClick={() => void copy()}>
      {copied ? 'Copied' : 'Copy link'}
    </button>
  );
}

/** Without TLS browsers have no clipboard for pages, but still obey the old command on a selection. */
async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  // a field outside an open dialog cannot be selected
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (!isCopied) throw new Error('the browser refused; select the text by hand');
}
