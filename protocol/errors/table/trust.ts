import { row } from './row.ts';

/** Keys, signed metadata and clocks. */
export const trustErrors = {
  keys_missing: row(
    '{dir} has too few keys for {role}',
    'Use the folder that `interlock keys init` created. If the keys are on several machines, collect signatures with --export.',
    400,
    66,
    'never',
  ),
  signer_failed: row(
    'signing for {role} with `{command}` failed: {problem}',
    'Try the command yourself: it reads bytes from stdin and writes the signature to stdout (docs/how-to/keys-in-hardware.md).',
    500,
    70,
    'never',
  ),
  metadata_invalid: row(
    '{role} metadata: {problem}',
    'The metadata is damaged or forged and was refused. It is fetched again later.',
    422,
    65,
    'later',
  ),
  metadata_expired: row(
    '{role} metadata has expired',
    'Sign it again: interlock keys renew DIR --server URL. Hosts keep running; only new installs wait.',
    422,
    65,
    'later',
  ),
  metadata_rollback: row(
    '{role} is version {found}, but version {seen} was known before',
    'The server shows an older state, which is refused. After a restore run: interlock keys renew DIR --server URL',
    422,
    65,
    'later',
  ),
  metadata_conflict: row(
    '{role} is at version {found} instead of {expected}',
    'Someone else signed in the meantime. Run the command again.',
    409,
    75,
    'now',
  ),
  clock_behind: row(
    'the clock shows {now}, but metadata signed at {seen} is already known',
    'Set the clock. The agent tries again later.',
    422,
    75,
    'later',
  ),
  clock_unsure: row(
    '{role} metadata seems to have expired, but the clock is not synchronized',
    'Synchronize the clock (timedatectl). The agent tries again later.',
    422,
    75,
    'later',
  ),
  offer_refused: row(
    '{version} refused: {problem}',
    'Only the signed channel document allows a version. Check it: interlock channel show NAME CHANNEL --keys DIR',
    422,
    65,
    'later',
  ),
};
