import { errorTable } from '../protocol/errors/error-table.ts';
import { conditions } from '../protocol/errors/trouble-codes.ts';

/** Renders the error table as a reference page. */
export function renderErrors(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { message, remedy, http, exit, retry }]) =>
      `| \`${code}\` | ${cell(message)} | ${cell(remedy)} | ${http} | ${exit} | ${retry} |`,
  );
  return [
    '# Errors',
    '',
    'Every error has one of these codes. On the wire it is `{"kind": code, "value": message}` with the HTTP status;',
    'a command prints message and remedy and exits with the exit code. `retry` says when to try again.',
    'This page is generated from `protocol/errors/table/` by `npm run docs`.',
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
