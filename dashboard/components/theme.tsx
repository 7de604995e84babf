import { useState } from 'preact/hooks';

const kept = 'interlock-theme';
const changed = new EventTarget();
const dark = matchMedia('(prefers-color-scheme: dark)');
dark.addEventListener('change', () => changed.dispatchEvent(new Event('theme')));

type Theme = 'auto' | 'light' | 'dark';
const next: Record<Theme, Theme> = { auto: 'dark', dark: 'light', light: 'auto' };
const words: Record<Theme, string> = { auto: 'as the system', light: 'light', dark: 'dark' };

/** Takes up what was chosen last time; before anything is painted. */
export function applyTheme(theme: Theme = chosen()): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  changed.dispatchEvent(new Event('theme'));
}

/** Hears that the colours are others now. */
export function onTheme(listener: () => void): () => void {
  changed.addEventListener('theme', listener);
  return () => changed.removeEventListener('theme', listener);
}

/** Turns from the system's choice to dark, to light, and back. */
export function ThemeSwitch() {
  const [theme, set] = useState(chosen);
  const turn = () => {
    const wanted = next[theme];
    localStorage.setItem(kept, wanted);
    applyTheme(wanted);
    set(wanted);
  };
  return (
    <button type="button" class="plain" onClick={turn}>
      Colours: {words[theme]}
    </button>
  );
}

function chosen(): Theme {
  const theme = localStorage.getItem(kept);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}
