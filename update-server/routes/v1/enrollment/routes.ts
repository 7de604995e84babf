import { EnrollmentAnswer, EnrollmentRequest } from '../../../../protocol/api/operator.ts';
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
  schema: { response: { 200: EnrollmentAnswer } },
  handler:
    ({ store }: { store: Store }) =>
    () =>
      show(store),
});

const setEnrollment = route({
  method: 'PUT',
  url,
  formerUrl,
  access: admins,
  summary: 'Sets whether hosts need a join token to enroll',
  schema: { body: EnrollmentRequest, response: { 200: EnrollmentAnswer } },
  handler:
    ({ store, now }: { store: Store; now(): Date }) =>
    async ({ body, operator }) => {
      const enrollment = 'enrollment' in body ? body.enrollment : body.enrolment;
      const line = auditLine(operator, now(), 'set enrolment', { kind: 'enrollment' }, enrollment);
      await store.setEnrollment(enrollment, line);
      return show(store);
    },
});

/** Whether hosts may ask to be let in. */
export const enrollmentRoutes = [showEnrollment, setEnrollment];

async function show(store: Store): Promise<EnrollmentAnswer> {
  const shown = await store.enrollment();
  return { ...shown, enrolment: shown.enrollment };
}
