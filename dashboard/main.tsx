import { render } from 'preact';
import { Desk } from './desk.tsx';
import { followLinks } from './navigate.ts';
import { applyTheme } from './parts/theme.tsx';

applyTheme();
followLinks();
render(<Desk />, document.getElementById('desk')!);
