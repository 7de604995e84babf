import { auditRoutes } from './audit/routes.ts';
import { blobRoutes } from './blobs/routes.ts';
import { channelRoutes } from './channels/routes.ts';
import { checkInRoutes } from './check-in/routes.ts';
import { discoveryTokenRoutes } from './discovery/routes.ts';
import { enrollRoutes } from './enroll/routes.ts';
import { enrollmentRoutes } from './enrollment/routes.ts';
import { eventRoutes } from './events/routes.ts';
import { fleetRoutes } from './fleet/routes.ts';
import { fleetLockRoutes } from './fleetlock/routes.ts';
import { hostRoutes } from './hosts/routes.ts';
import { intentRoutes } from './intents/routes.ts';
import { lockRoutes } from './locks/routes.ts';
import { openapiRoutes } from './openapi/routes.ts';
import { overviewRoutes } from './overview/routes.ts';
import { policyRoutes } from './policies/routes.ts';
import { publishRoutes } from './publish/routes.ts';
import { releaseRoutes } from './releases/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import { rolloutRoutes } from './rollouts/routes.ts';
import { sessionRoutes } from './session/routes.ts';
import { tokenRoutes } from './tokens/routes.ts';
import { trustRoutes } from './trust/routes.ts';
import { tufRoutes } from './tuf/routes.ts';
import { userDataRoutes } from './user-data/routes.ts';

/** The host API, what publishers call, and what operators call. */
export const v1Routes = [
  ...tufRoutes,
  ...blobRoutes,
  ...publishRoutes,
  ...checkInRoutes,
  ...reportRoutes,
  ...enrollRoutes,
  ...enrollmentRoutes,
  ...hostRoutes,
  ...fleetRoutes,
  ...rolloutRoutes,
  ...policyRoutes,
  ...channelRoutes,
  ...intentRoutes,
  ...releaseRoutes,
  ...trustRoutes,
  ...auditRoutes,
  ...lockRoutes,
  ...fleetLockRoutes,
  ...tokenRoutes,
  ...discoveryTokenRoutes,
  ...sessionRoutes,
  ...overviewRoutes,
  ...eventRoutes,
  ...userDataRoutes,
  ...openapiRoutes,
];
