import { errorTable } from '../protocol/errors/error-table.ts';
import { conditions } from '../protocol/errors/trouble-codes.ts';

/** Renders the error table as the page people look a code up in. */
export function renderErrors(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { message, remedy, http, exit, retry }]) =>
      `| \`${code}\` | ${cell(message)} | ${cell(remedy)} | ${http} | ${exit} | ${retry} |`,
  );
  return [
    '# Errors',
    '',
    'Every failure has one of these codes. On the wire it is `{"kind": code, "value": message}` with the HTTP status;',
    'a command exits with the exit code and prints message and remedy. `retry` says when trying again is worth it.',
    'This page is generated from `protocol/errors/error-table.ts` by `npm run docs`.',
    '',
    '| code | what happened | what to do | HTTP | exit | retry |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    'An agent may also report that it is stuck on one of these, although no command failed:',
    '',
    '| code | what it means |',
    '|---|---|',
    ...Object.entries(conditions).map(([code, text]) => `| \`${code}\` | ${cell(text)} |`),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\{(\w+)\??\}/g, '‹$1›');
}
