import type { Command } from 'commander';
import { enrollments } from '../protocol/api/choices.ts';
import type { Enrollment, EnrollmentAnswer } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { dayMs, hourMs, minuteMs, weekMs } from '../protocol/time/durations.ts';
import { answer } from '../system/command/command.ts';
import { addYes, confirm } from '../system/terminal/confirm.ts';
import { type ClientOptions, createClient } from './client/client.ts';
import { findHost } from './client/find-id.ts';

interface ForgetFlags extends ClientOptions {
  unapproved?: boolean;
  olderThan?: string;
  yes?: boolean;
}

const unitMs = { minute: minuteMs, hour: hourMs, day: dayMs, week: weekMs };

/** Adds `interlock host enrollment` and `forget`: whether hosts need a join token, and how to remove them. */
export function addEnrollment(
  add: (signature: string, summary: string, ...examples: string[]) => Command,
): void {
  add(
    'enrollment [how]',
    'Show or set whether hosts need a join token (token) or can enroll without one (open)',
    'enrollment',
    'enrollment open',
  )
    // the former name, for one release
    .alias('enrolment')
    .action(
      answer(async (how: string | undefined, flags: ClientOptions) => {
        const client = createClient(flags);
        if (how !== undefined && !enrollments.includes(how as Enrollment)) {
          throw new InterlockError('usage', {
            problem: `enrollment is ${how}; use ${enrollments.join(' or ')}`,
          });
        }
        const data = how
          ? await client.replace<EnrollmentAnswer>('v1/enrollment', { enrollment: how })
          : await client.get<EnrollmentAnswer>('v1/enrollment');
        return { text: describe(data), data };
      }),
    );

  addYes(
    add(
      'forget [host]',
      'Delete a host’s credential and record, or those of all unapproved hosts',
      'forget web-1',
      "forget --unapproved --older-than '7 days' --yes",
    ),
  )
    .option('--unapproved', 'all hosts that wait for approval')
    .option('--older-than <time>', 'only hosts without a check-in for this long: 12 hours, 7 days')
    .action(
      answer(async (name: string | undefined, { unapproved, olderThan, yes, ...flags }: ForgetFlags) => {
        if (Boolean(name) === Boolean(unapproved) || (olderThan && name)) {
          throw new InterlockError('usage', {
            problem: 'give a host or --unapproved, not both; --older-than needs --unapproved',
          });
        }
        const client = createClient(flags);
        if (name === undefined) {
          const which = olderThan ? `all unapproved hosts not seen for ${olderThan}` : 'all unapproved hosts';
          await confirm(yes, `the records of ${which} are deleted; a host that lives must enroll again`);
          return forgetAll(client, olderThan);
        }
        const id = await findHost(client, name);
        await confirm(
          yes,
          `the record of ${name} (${id}) and its credential are deleted; the host gets no update until it enrolls again`,
        );
        await client.delete(`v1/hosts/${encodeURIComponent(id)}`);
        return { text: line`forgot ${name}`, data: { id, forgotten: true } };
      }),
    );
}

async function forgetAll(client: ReturnType<typeof createClient>, olderThan: string | undefined) {
  const before = olderThan === undefined ? undefined : new Date(Date.now() - spanMs(olderThan)).toISOString();
  const data = await client.post<{ forgotten: number }>('v1/hosts/forget', {
    unapproved: true,
    ...(before && { before }),
  });
  return { text: line`forgot ${data.forgotten} hosts`, data };
}

function spanMs(text: string): number {
  const [, count, unit] = /^(\d{1,4}) ?(minute|hour|day|week)s?$/.exec(text) ?? [];
  if (!unit)
    throw new InterlockError('usage', {
      problem: `--older-than is ${text}; give a time such as 12 hours or 7 days`,
    });
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}

function describe({ enrollment, unapproved, limit }: EnrollmentAnswer): string {
  const rule =
    enrollment === 'token'
      ? 'hosts need a join token: interlock token create --role join'
      : 'hosts can enroll without a join token; they count once they are approved';
  const waiting = line`${unapproved} of at most ${limit} hosts wait for approval`;
  return [line`${enrollment}: ${rule}`, waiting].join('\n');
}
