import type { Role } from '../../protocol/api/operator.ts';

/** Roles of operators' tokens, a host's credential, or none needed. */
export type Access = 'anyone' | 'host' | readonly Role[];
const readers: Access = ['viewer', 'publisher', 'operator', 'admin'];
const publishers: Access = ['publisher', 'admin'];
const operators: Access = ['operator', 'admin'];
const admins: Access = ['admin'];

/** Every route: who may call it, and what it is for. One without a line here keeps the server from starting. */
export const access: Readonly<Record<string, { for: Access; summary: string }>> = {
  'GET /healthz': { for: 'anyone', summary: 'Whether the process answers' },
  'GET /readyz': {
    for: 'anyone',
    summary: 'Whether it can do its work: disk, keys, metadata that is not about to expire',
  },
  'GET /': { for: 'anyone', summary: 'The operators’ page' },
  'GET /assets/*': { for: 'anyone', summary: 'Files of the operators’ page' },
  'GET /*': { for: 'anyone', summary: 'The operators’ page at any address of its own, for browsers' },
  'GET /v1/openapi.json': { for: 'anyone', summary: 'This description' },
  'GET /v1/tuf/metadata/:file': { for: 'anyone', summary: 'Signed metadata' },
  'HEAD /v1/tuf/metadata/:file': { for: 'anyone', summary: 'Signed metadata' },
  'GET /v1/tuf/targets/*': {
    for: 'anyone',
    summary: 'Signed target files: release.json and channel documents',
  },
  'HEAD /v1/tuf/targets/*': {
    for: 'anyone',
    summary: 'Signed target files: release.json and channel documents',
  },
  'GET /v1/blobs/:sha256': {
    for: 'anyone',
    summary: 'Bytes of a payload or another part of a release, with ranges',
  },
  'HEAD /v1/blobs/:sha256': {
    for: 'anyone',
    summary: 'Bytes of a payload or another part of a release, with ranges',
  },
  'POST /v1/enroll': {
    for: 'anyone',
    summary: 'A host becomes known: at once by a join token, to be approved without where that is allowed',
  },
  'POST /v1/check-in': { for: 'host', summary: 'A host says where it is and hears where it may go' },
  'POST /v1/reports': { for: 'host', summary: 'What happened on a host; repeats are harmless' },
  'POST /v1/blobs/wanted': { for: publishers, summary: 'Which blobs are still to be uploaded' },
  'PUT /v1/blobs/:sha256': { for: publishers, summary: 'Uploads a blob, or the rest of one' },
  'POST /v1/publish': {
    for: publishers,
    summary: 'Makes signed metadata and releases visible, all or nothing',
  },
  'GET /v1/trust': { for: readers, summary: 'When the metadata of each role expires' },
  'GET /v1/releases': { for: readers, summary: 'Published releases' },
  'GET /v1/releases/:name/:version/:arch': {
    for: readers,
    summary: 'One release: its sizes, what lies here, and who signed it',
  },
  'GET /v1/releases/compare': {
    for: readers,
    summary: 'What changed between two releases, package by package',
  },
  'GET /v1/channels/:name': { for: readers, summary: 'The channels of an image' },
  'GET /v1/overview': { for: readers, summary: 'The fleet at a glance' },
  'GET /v1/hosts': {
    for: readers,
    summary: 'Hosts in the order of their ids, searched, filtered, or as a file',
  },
  'GET /v1/enrolment': { for: readers, summary: 'Whether hosts need a join token, and how many wait' },
  'PUT /v1/enrolment': { for: admins, summary: 'Lets hosts ask without a join token, or no longer' },
  'POST /v1/hosts/forget': { for: operators, summary: 'Forgets hosts that nobody approved' },
  'GET /v1/hosts/:id': { for: readers, summary: 'One host: where it is, why, and what it reported' },
  'POST /v1/hosts/:id/hold': { for: operators, summary: 'Keeps a host on what it runs, or lets it go on' },
  'POST /v1/hosts/:id/pin': { for: operators, summary: 'Lets a host go to one version only' },
  'POST /v1/hosts/:id/group': { for: operators, summary: 'Counts a host to a group in rollouts' },
  'POST /v1/hosts/:id/approve': {
    for: operators,
    summary: 'Lets a host count that enrolled without a join token',
  },
  'DELETE /v1/hosts/:id': { for: operators, summary: 'Forgets a host and ends its credential' },
  'GET /v1/rollouts': { for: readers, summary: 'Rollouts, the newest first' },
  'GET /v1/rollouts/:id/curve': {
    for: readers,
    summary: 'What a rollout planned and what came of it, with its failure rate',
  },
  'GET /v1/rollouts/:id/waiting': { for: readers, summary: 'Hosts that a rollout keeps waiting, and why' },
  'GET /v1/rollouts/:id': { for: readers, summary: 'One rollout: how far, its curve, what hosts wait for' },
  'POST /v1/rollouts': { for: operators, summary: 'Rolls a channel’s head out anew' },
  'POST /v1/rollouts/preview': { for: readers, summary: 'Which hosts would get the head when' },
  'POST /v1/rollouts/:id/:action': {
    for: operators,
    summary: 'Pauses, resumes, aborts or finishes a rollout',
  },
  'GET /v1/policies/:name/:channel': { for: readers, summary: 'What a channel’s rollouts follow' },
  'PUT /v1/policies/:name/:channel': {
    for: operators,
    summary: 'Sets what a channel’s later rollouts follow',
  },
  'GET /v1/audit': { for: readers, summary: 'Who did what, the newest first' },
  'POST /v1/session': { for: 'anyone', summary: 'Logs the page in by a token, for a cookie' },
  'GET /v1/locks': { for: readers, summary: 'Who holds places in etcd, and which releases fail there' },
  'POST /v1/locks/:group/release': {
    for: operators,
    summary: 'Takes a place away from a host that will never give it back',
  },
  'GET /v1/tokens': { for: admins, summary: 'Tokens, without their secrets' },
  'POST /v1/tokens': { for: admins, summary: 'Makes a token, whose secret is shown this once' },
  'DELETE /v1/tokens/:id': { for: admins, summary: 'Ends a token, and the sessions begun with it' },
  'GET /v1/events': { for: readers, summary: 'What changes, as it changes: server-sent events' },
  'GET /metrics': { for: readers, summary: 'Figures for Prometheus' },
  'GET /v1/session': { for: readers, summary: 'Whose token this request carries' },
  'DELETE /v1/session': { for: readers, summary: 'Logs the page out' },
};
