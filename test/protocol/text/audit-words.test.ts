import { expect, it } from 'vitest';
import { auditActions, auditSentence, auditWords } from '../../../protocol/text/audit-words.ts';

const line = {
  who: 'anna (operator 2f0c9f4e-1111-4222-8333-444455556666)',
  subject: 'host 1b4e28ba-1111-4222-8333-444455556666',
  subjectName: 'web-1',
  detail: '',
  before: null,
  after: null,
};

it.each([
  ['hold', {}, 'anna held web-1'],
  ['hold', { detail: 'disk is replaced' }, 'anna held web-1: disk is replaced'],
  ['let go', {}, 'anna released the hold on web-1'],
  ['pin to 1.9.0', {}, 'anna pinned web-1 to 1.9.0'],
  [
    'unpin',
    { before: { pinned: '1.9.0' }, after: { pinned: null } },
    'anna removed the pin of web-1: pinned 1.9.0 → none',
  ],
  [
    'put into group canary',
    { before: { group: 'web' }, after: { group: 'canary' } },
    'anna put web-1 into group canary: group web → canary',
  ],
  ['forget', { before: { hostname: 'web-1' } }, 'anna forgot web-1'],
  [
    'forget',
    { subject: 'unapproved hosts', subjectName: undefined, before: { unapproved: 12 } },
    'anna forgot 12 hosts that waited for approval',
  ],
  [
    'pause rollout',
    {
      subject: 'rollout 99',
      subjectName: 'core 2 to stable',
      detail: 'lunch',
      before: { state: 'running' },
      after: { state: 'paused' },
    },
    'anna paused the rollout of core 2 to stable: lunch',
  ],
  [
    'promote',
    {
      subject: 'core',
      subjectName: undefined,
      detail: 'core/stable 2 serial 4',
      before: { 'core/stable': { version: '1', serial: 3, blocked: [] } },
      after: { 'core/stable': { version: '2', serial: 4, blocked: ['1 (wrong kernel)'] } },
    },
    'anna promoted core: core/stable 1 → 2; core/stable blocked 1 (wrong kernel)',
  ],
  [
    'create token',
    { subject: 'token 99', subjectName: 'ci', detail: 'publisher ci' },
    'anna created the publisher token ci',
  ],
  [
    'force out of the lock',
    { subject: 'lock web', subjectName: undefined, detail: 'host web-9' },
    'anna released a place in the lock of group web: host web-9',
  ],
  ['log in', { detail: 'from 127.0.0.1' }, 'anna logged in: from 127.0.0.1'],
])('%s: %o', (action, given, sentence) => {
  expect(auditSentence({ ...line, ...given, action })).toBe(sentence);
});

it('an action of a newer server and a nameless token stand as they are', () => {
  expect(
    auditWords({ ...line, action: 'paint', who: 'admin 2f0c9f4e-1111-4222-8333-444455556666' }),
  ).toMatchObject({
    who: 'admin 2f0c9f4e',
    did: 'paint:',
  });
});

it('nothing shows JSON, however deep the change', () => {
  const after = { text: { ramp: [{ start_after: '1 day', percent: 10 }, { percent: 100 }], windows: [] } };
  const text = auditSentence({
    ...line,
    action: 'set policy',
    subject: 'core/stable',
    after: { name: 'own', ...after },
  });
  expect(text).toBe(
    'anna set the policy of core/stable to a custom one: ramp start after 1 day percent 10; percent 100',
  );
  expect(text).not.toMatch(/[{}[\]"]/);
});

it('every action of the choice is one that the server finds by its first word', () => {
  expect(auditActions).toContain('pin');
  expect(auditActions).toContain('put');
  expect(auditActions.every((action) => action === action.trim())).toBe(true);
});
