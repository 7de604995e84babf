import { row } from './row.ts';

/** Requests and responses. */
export const networkErrors = {
  unreachable: row(
    '{url}: {problem}',
    'Check the address and the network. Agents try again later.',
    502,
    69,
    'later',
  ),
  answer_invalid: row(
    '{url} responded with {status}: {problem}',
    'Check that the address is that of the update server, with no proxy or portal in between.',
    502,
    76,
    'later',
  ),
  answer_too_long: row(
    'the response of {url} is longer than {limit} bytes',
    'Check that the address is that of the update server.',
    502,
    76,
    'later',
  ),
};
