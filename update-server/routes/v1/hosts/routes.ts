import { approveHost, forgetHost, groupHost, holdHost, pinHost } from './change-host.ts';
import { changeHosts } from './change-hosts.ts';
import { forgetUnapproved } from './forget-unapproved.ts';
import { listChoices } from './list-choices.ts';
import { listHosts } from './list-hosts.ts';
import { showHost } from './show-host.ts';
import { showTimeline } from './show-timeline.ts';

/** What operators see of hosts and decide about them. */
export const hostRoutes = [
  listHosts,
  listChoices,
  changeHosts,
  showHost,
  showTimeline,
  holdHost,
  pinHost,
  groupHost,
  approveHost,
  forgetHost,
  forgetUnapproved,
];
