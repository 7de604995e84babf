import { render } from 'preact';
import { App } from './app/app.tsx';
import { showAll } from './app/show-all.ts';
import { applyTheme } from './components/theme.tsx';
import { followLinks } from './router/navigate.ts';

showAll();
applyTheme();
followLinks();
render(<App />, document.getElementById('app')!);
