import { row } from './row.ts';

/** Files and bytes in a format of ours. */
export const formatErrors = {
  release_invalid: row('{file}: {problem}', 'Build or download the release again.', 400, 65, 'never'),
  payload_invalid: row(
    'payload: {problem}',
    'The payload is damaged or forged. It is downloaded again later.',
    422,
    65,
    'later',
  ),
  payload_mismatch: row(
    '{blob}: operation {index} yields {found}, but the payload names {expected}',
    'The blob is damaged or forged. It is downloaded again.',
    422,
    65,
    'later',
  ),
  slot_mismatch: row(
    'slot {slot} reads back as {found} instead of {expected}',
    'The disk returned other bytes than were written. Check the disk (smartctl, dmesg).',
    500,
    74,
    'later',
  ),
  disk_invalid: row('{disk}: {problem}', 'Check the disk. Nothing was written.', 500, 74, 'never'),
};
