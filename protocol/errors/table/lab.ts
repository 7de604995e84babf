import { row } from './row.ts';

/** A lab's machines on this one. */
export const labErrors = {
  lab_missing: row(
    'no lab is in {folder}',
    'Start one: interlock lab up images/tiny. One that lies elsewhere is named by --lab.',
    404,
    66,
    'never',
  ),
  lab_differs: row(
    'the lab in {folder} was made differently: {problem}',
    'Leave that out to go on with the lab that is there. To begin anew: interlock lab down',
    409,
    73,
    'never',
  ),
  lab_too_big: row(
    'the hosts that are to start need {needed} MiB of memory, and {free} MiB are available',
    'Start fewer (--hosts), give each less (--memory), or end other programs.',
    507,
    69,
    'later',
  ),
  lab_program_failed: row(
    '{program} does not run: {problem}{lines?}',
    'Mend what it says, and repeat: interlock lab up',
    500,
    70,
    'later',
  ),
  port_taken: row(
    'port {port} of 127.0.0.1, {purpose}, is in use',
    'End the program that listens there (ss -ltnp), or begin anew with other ports: interlock lab down',
    409,
    69,
    'later',
  ),
  host_off: row('{host} is not running', 'Start it: interlock lab up', 409, 69, 'later'),
  host_not_up: row(
    '{host} did not come up: {problem}{lines?}',
    'Look at its console (interlock lab console {host}), or begin anew: interlock lab down',
    500,
    70,
    'later',
  ),
  no_ssh: row(
    '{host} answers no SSH: {problem}',
    'An image needs openssh-server for that. Without it: interlock lab run {host} -- ls /, or interlock lab console {host}',
    502,
    69,
    'later',
  ),
};
