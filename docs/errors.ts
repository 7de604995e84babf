import { buildErrors } from '../protocol/errors/table/build.ts';
import { dockerErrors } from '../protocol/errors/table/docker.ts';
import { etcdErrors } from '../protocol/errors/table/etcd.ts';
import { formatErrors } from '../protocol/errors/table/formats.ts';
import { generalErrors } from '../protocol/errors/table/general.ts';
import { hostErrors } from '../protocol/errors/table/host.ts';
import { inputErrors } from '../protocol/errors/table/input.ts';
import { labErrors } from '../protocol/errors/table/lab.ts';
import { lockErrors } from '../protocol/errors/table/lock.ts';
import { networkErrors } from '../protocol/errors/table/network.ts';
import type { Row } from '../protocol/errors/table/row.ts';
import { serverErrors } from '../protocol/errors/table/server.ts';
import { trustErrors } from '../protocol/errors/table/trust.ts';
import { conditions } from '../protocol/errors/trouble-codes.ts';

interface Part {
  title: string;
  rows: Record<string, Row>;
}

/** The parts of the table by the file that has them. */
const parts: Record<string, Part> = {
  input: { title: 'what was typed', rows: inputErrors },
  build: { title: 'building', rows: buildErrors },
  formats: { title: 'files and formats', rows: formatErrors },
  trust: { title: 'keys and signatures', rows: trustErrors },
  server: { title: 'the server', rows: serverErrors },
  network: { title: 'the network', rows: networkErrors },
  host: { title: 'hosts', rows: hostErrors },
  lock: { title: 'the lock', rows: lockErrors },
  etcd: { title: 'an etcd of the hosts', rows: etcdErrors },
  lab: { title: 'a lab', rows: labErrors },
  docker: { title: 'units and Docker', rows: dockerErrors },
  general: { title: 'everything else', rows: generalErrors },
};

/** The error table as pages: an index of all codes, one page for each part, and what agents report without an error. */
export const errorPages: Record<string, () => string> = {
  'reference/errors.md': renderIndex,
  ...Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      `reference/errors/${name}.md`,
      () => renderPart(name, part),
    ]),
  ),
  'reference/errors/conditions.md': renderConditions,
};

const source = 'This page is generated from `protocol/errors/` by `npm run docs`.';

function renderIndex(): string {
  const rows = Object.entries(parts).map(
    ([name, { title, rows }]) => `| [${title}](errors/${name}.md) | ${codes(rows)} |`,
  );
  return [
    '# Errors',
    '',
    'Every error has one of these codes. On the wire it is `{"kind": code, "value": message}` with the HTTP status;',
    'a command prints message and remedy and exits with the exit code. The pages say what each one means and what to do.',
    source,
    '',
    '| about | codes |',
    '|---|---|',
    ...rows,
    `| [what agents report although no command failed](errors/conditions.md) | ${codes(conditions)} |`,
    '',
  ].join('\n');
}

function renderPart(name: string, { title, rows }: Part): string {
  return [
    `# Errors: ${title}`,
    '',
    'HTTP is the status, exit the exit status of a command; `retry` says when to try again. [All codes](../errors.md).',
    `This page is generated from \`protocol/errors/table/${name}.ts\` by \`npm run docs\`.`,
    '',
    '| code | what happened | what to do | HTTP | exit | retry |',
    '|---|---|---|---|---|---|',
    ...Object.entries(rows).map(
      ([code, { message, remedy, http, exit, retry }]) =>
        `| \`${code}\` | ${cell(message)} | ${cell(remedy)} | ${http} | ${exit} | ${retry} |`,
    ),
    '',
  ].join('\n');
}

function renderConditions(): string {
  return [
    '# Conditions that agents report',
    '',
    'An agent may report that it is stuck on one of these, although no command failed. [All codes](../errors.md).',
    source,
    '',
    '| code | what it means |',
    '|---|---|',
    ...Object.entries(conditions).map(([code, text]) => `| \`${code}\` | ${cell(text)} |`),
    '',
  ].join('\n');
}

function codes(rows: Record<string, unknown>): string {
  return Object.keys(rows)
    .map((code) => `\`${code}\``)
    .join(' ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\{(\w+)\??\}/g, '‹$1›');
}
