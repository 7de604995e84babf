import { row } from './row.ts';

/** Any program of ours. */
export const generalErrors = {
  busy: row('another {program} is running (pid {pid})', 'Wait until it ends.', 409, 75, 'later'),
  internal: row('{problem}', 'This is a bug in Interlock. Please report it.', 500, 70, 'later'),
};
