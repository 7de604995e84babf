import {
  EnrolmentAnswer,
  EnrolmentRequest,
  ForgetAnswer,
  ForgetRequest,
} from '../../../../protocol/api/operator.ts';
import { whoIs } from '../../../auth/who-is.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';

/** Whether hosts may ask to be let in, and the end of those that asked in vain. */
export function enrolmentRoutes(app: App, { store, now }: Ports): void {
  app.get('/v1/enrolment', { schema: { response: { 200: EnrolmentAnswer } } }, () => store.enrolment());

  app.put(
    '/v1/enrolment',
    { schema: { body: EnrolmentRequest, response: { 200: EnrolmentAnswer } } },
    async ({ body: { enrolment }, operator }) => {
      const line = { who: whoIs(operator), action: 'set enrolment', subject: 'enrolment', detail: enrolment };
      await store.setEnrolment(enrolment, { at: now().toISOString(), ...line });
      return store.enrolment();
    },
  );

  app.post(
    '/v1/hosts/forget',
    { schema: { body: ForgetRequest, response: { 200: ForgetAnswer } } },
    async ({ body, operator }) => {
      const at = now().toISOString();
      const { before = always } = body;
      const line = { who: whoIs(operator), action: 'forget', subject: 'unapproved hosts', detail: '' };
      return { forgotten: await store.forgetUnapproved({ before, unseen: before }, { at, ...line }) };
    },
  );
}

const always = '9999-12-31T23:59:59Z';
