import { approveHost, forgetHost, groupHost, holdHost, pinHost } from './change-host.ts';
import { forgetUnapproved } from './forget-unapproved.ts';
import { listHosts } from './list-hosts.ts';
import { showHost } from './show-host.ts';

/** What operators see of hosts and decide about them. */
export const hostRoutes = [
  listHosts,
  showHost,
  holdHost,
  pinHost,
  groupHost,
  approveHost,
  forgetHost,
  forgetUnapproved,
];
