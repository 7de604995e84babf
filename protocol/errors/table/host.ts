import { row } from './row.ts';

/** A host, its disk and its agent. */
export const hostErrors = {
  state_invalid: row(
    '{file}: {problem}',
    'The agent moves the file aside and continues without it. For the consequences run: interlock-agent status',
    500,
    65,
    'never',
  ),
  version_failed_here: row(
    '{version} failed on this host: {reason}',
    'To install it nevertheless: interlock-agent rollback {version}',
    409,
    75,
    'never',
  ),
  cancel_late: row(
    'too late to cancel {version}: {problem}',
    'To go back once it is marked good: interlock-agent rollback',
    409,
    75,
    'never',
  ),
  space_missing: row(
    '{where} has {free} bytes free and needs {needed}',
    'Free some space there.',
    507,
    74,
    'later',
  ),
  disk_full: row(
    '{where}: no space left',
    'Free some space on this disk. Agents and servers try again later.',
    507,
    74,
    'later',
  ),
  install_refused: row(
    'nothing was written: {problem}',
    'To see the disks, and what is on them: interlock-agent install',
    409,
    65,
    'never',
  ),
  disk_failed: row(
    '{where}: {problem}',
    'The disk is read-only or fails. Check the kernel log (dmesg) and the mount options.',
    503,
    74,
    'later',
  ),
  permission_denied: row(
    '{where}: {problem}',
    'Run the command as a user with the right to do this, or grant that right.',
    500,
    77,
    'later',
  ),
  loader_unsafe: row('{problem}', 'The host does not flip and keeps the running slot.', 500, 74, 'never'),
  on_trial: row(
    'the running slot is not marked good yet: {problem}',
    'Its health is checked again; if it is not confirmed, the host returns to the other slot.',
    503,
    75,
    'later',
  ),
  hook_failed: row(
    'hook {hook}: {problem}',
    'The agent runs it again later; a reboot waits for it.',
    500,
    75,
    'later',
  ),
};
