import { expect, it } from 'vitest';
import { readWindow } from '../../cli/flags/window.ts';

it.each([
  ['22:00-05:00', { from: '22:00', to: '05:00', zone: 'Europe/Berlin' }],
  ['9:30 - 17:00 UTC', { from: '09:30', to: '17:00', zone: 'UTC' }],
  ['22:00-05:00 America/Port-au-Prince', { from: '22:00', to: '05:00', zone: 'America/Port-au-Prince' }],
])('reads the hours %s', (given, window) => {
  expect(readWindow(given, 'Europe/Berlin')).toEqual(window);
});

it.each(['22:00', '24:00-05:00', 'night', '22:00-05:00-06:00', ''])('refuses %s with examples', (given) => {
  expect(() => readWindow(given)).toThrow(/22:00-05:00 Europe\/Berlin/);
});
