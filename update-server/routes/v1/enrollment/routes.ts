import { EnrolmentAnswer, EnrolmentRequest } from '../../../../protocol/api/operator.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { admins, readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const url = '/v1/enrollment';
/** Answers for one release more. */
const formerUrl = '/v1/enrolment';

const showEnrollment = route({
  method: 'GET',
  url,
  formerUrl,
  access: readers,
  summary: 'Whether hosts need a join token, and how many wait for approval',
  schema: { response: { 200: EnrolmentAnswer } },
  handler:
    ({ store }: { store: Store }) =>
    () =>
      store.enrollment(),
});

const setEnrollment = route({
  method: 'PUT',
  url,
  formerUrl,
  access: admins,
  summary: 'Sets whether hosts need a join token to enroll',
  schema: { body: EnrolmentRequest, response: { 200: EnrolmentAnswer } },
  handler:
    ({ store, now }: { store: Store; now(): Date }) =>
    async ({ body: { enrolment }, operator }) => {
      const line = auditLine(operator, now(), 'set enrolment', { kind: 'enrollment' }, enrolment);
      await store.setEnrollment(enrolment, line);
      return store.enrollment();
    },
});

/** Whether hosts may ask to be let in. */
export const enrollmentRoutes = [showEnrollment, setEnrollment];
