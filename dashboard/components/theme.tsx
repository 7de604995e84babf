import { useState } from 'preact/hooks';

const storageKey = 'interlock-theme';
const changed = new EventTarget();
const dark = matchMedia('(prefers-color-scheme: dark)');
dark.addEventListener('change', () => changed.dispatchEvent(new Event('theme')));

type Theme = 'auto' | 'light' | 'dark';
const next: Record<Theme, Theme> = { auto: 'dark', dark: 'light', light: 'auto' };
const labels: Record<Theme, string> = { auto: 'system', light: 'light', dark: 'dark' };

/** Applies the theme that was chosen last time, before anything is painted. */
export function applyTheme(theme: Theme = storedTheme()): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  changed.dispatchEvent(new Event('theme'));
}

/** Calls back when the colors change. Returns what ends that. */
export function onTheme(listener: () => void): () => void {
  changed.addEventListener('theme', listener);
  return () => changed.removeEventListener('theme', listener);
}

/** Switches between the system's choice, dark and light. */
export function ThemeSwitch() {
  const [theme, set] = useState(storedTheme);
  const change = () => {
    const chosen = next[theme];
    localStorage.setItem(storageKey, chosen);
    applyTheme(chosen);
    set(chosen);
  };
  return (
    <button type="button" class="plain" onClick={change}>
      Colors: {labels[theme]}
    </button>
  );
}

function storedTheme(): Theme {
  const theme = localStorage.getItem(storageKey);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}
