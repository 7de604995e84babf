import type { HostEvent } from '../api/hosts.ts';
import { auditWords } from '../text/audit-words.ts';
import { noneReasons } from './none-reasons.ts';
import { versionsOf } from './report-versions.ts';

/** An event in the life of a host, in words. */
export interface EventText {
  what: string;
  detail: string;
  /** Whether it is good, wants a look, is bad, is a step, or says nothing of that. */
  is: 'good' | 'odd' | 'bad' | 'step' | 'plain';
}

const reports: Readonly<Record<string, readonly [what: string, is: EventText['is']]>> = {
  written: ['written', 'step'],
  locked: ['lock acquired', 'step'],
  rebooting: ['rebooting', 'step'],
  confirmed: ['confirmed', 'good'],
  fell_back: ['fell back', 'bad'],
  failed: ['failed', 'bad'],
  cancelled: ['cancelled', 'odd'],
  lapsed: ['grant expired', 'odd'],
  silent: ['silent after its reboot', 'bad'],
  withdrawn: ['grant withdrawn', 'odd'],
};

/** Puts an event into words, the same on the page and in a terminal. */
export function eventText(event: HostEvent): EventText {
  switch (event.what) {
    case 'enrolled':
      return { what: 'enrolled', detail: '', is: 'plain' };
    case 'check_in':
      return { what: 'checked in', detail: checkInOf(event), is: 'plain' };
    case 'granted':
      return { what: 'granted', detail: event.version, is: 'step' };
    case 'ended':
      return { ...wordsOf(event.outcome), detail: event.version };
    case 'report':
      return {
        ...wordsOf(event.kind),
        detail: [versionsOf(event), event.detail].filter(Boolean).join(': '),
      };
    case 'operator':
      return { what: actionOf(event), detail: event.reason, is: 'plain' };
  }
}

function wordsOf(kind: string): Omit<EventText, 'detail'> {
  const [what, is] = Object.hasOwn(reports, kind) ? reports[kind]! : ([kind, 'plain'] as const);
  return { what, is };
}

function checkInOf({ version, state, decision, offered }: Extract<HostEvent, { what: 'check_in' }>): string {
  const known = Object.hasOwn(noneReasons, decision)
    ? noneReasons[decision as keyof typeof noneReasons].label
    : decision;
  const answer = decision === 'offered' ? `offered ${offered}` : known;
  return `runs ${version}${state === 'idle' ? '' : `, agent ${state}`}: ${answer.replaceAll('_', ' ')}`;
}

function actionOf({ who, action }: Extract<HostEvent, { what: 'operator' }>): string {
  const line = { who, action, subject: 'host', subjectName: 'it', detail: '', before: null, after: null };
  const words = auditWords(line);
  return [words.who, words.did, words.subject, words.rest].filter(Boolean).join(' ');
}
