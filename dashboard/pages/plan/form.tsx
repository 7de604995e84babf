import type { Channel } from '../../../protocol/documents/channel.ts';
import { Select } from '../../components/select.tsx';
import { atHour, fromField, toField, zoneHere } from '../../format/local-time.ts';
import { zoneName } from '../../format/time.ts';
import { go } from '../../router/navigate.ts';
import { pathTo } from '../../router/routes.ts';
import { type Choice, shippedPolicies } from './choice.ts';

interface PlanFormProps {
  of: Choice;
  channels: readonly Channel[];
  /** The name of the channel’s policy. */
  own: string;
  /** A rollout of the channel waits for its start. */
  isPlanned: boolean;
}

const hour = 22;

/** The choice of a rollout; it is in the address, so that the plan can be sent to somebody. */
export function PlanForm({ of: choice, channels, own, isPlanned }: PlanFormProps) {
  const show = (next: Partial<Choice>) => go(pathTo('/rollouts/plan', { ...next }), 'replace');
  const set = (change: Partial<Choice>) => show({ ...choice, ...change });
  const mine = channels.filter(({ name }) => name === choice.name);
  const head = mine.find(({ channel }) => channel === choice.channel)?.head.version;
  return (
    <form class="form plan" onSubmit={(event) => event.preventDefault()}>
      <Select
        label="Image"
        value={choice.name}
        options={[...new Set(channels.map(({ name }) => name))].map((name) => [name, name])}
        onValue={(name) => show({ name })}
      />
      <Select
        label="Channel"
        value={choice.channel}
        options={mine.map(({ channel }) => [channel, channel])}
        onValue={(channel) => show({ name: choice.name, channel })}
        hint={head && `Its head, ${head}, is what is rolled out.`}
      />
      <Select
        label="Policy"
        value={choice.policy}
        options={[
          ['channel', own === 'own' ? 'the channel’s own' : `the channel’s (${own})`],
          ...(isPlanned ? [['planned', 'that of the scheduled rollout']] : []),
          ...shippedPolicies.map((policy) => [policy, policy === 'now' ? 'now: all hosts at once' : policy]),
        ]}
        onValue={(policy) => set({ policy })}
        hint="For this rollout alone."
      />
      <Start of={choice.starts} onStarts={(starts) => set({ starts })} />
      <Hours of={choice} onHours={set} />
    </form>
  );
}

function Start({ of: starts, onStarts }: { of: string; onStarts(starts: string): void }) {
  const now = new Date();
  const value = starts === 'now' ? '' : toField(new Date(starts));
  const nights = [0, 1]
    .map((days) => [days === 0 ? 'tonight' : 'tomorrow', atHour(hour, days, now)] as const)
    .filter(([, at]) => at > now);
  return (
    <div class="field">
      <label class="field">
        <span>Start ({zoneName(value ? new Date(starts) : now)})</span>
        <input
          type="datetime-local"
          value={value}
          min={toField(now)}
          onChange={(event) => onStarts(fromField(event.currentTarget.value) || 'now')}
        />
        <small>
          {value ? 'No host starts before.' : 'At once.'} Times are those of {zoneHere()}.
        </small>
      </label>
      <span class="row-links">
        <button type="button" class="plain" aria-pressed={!value} onClick={() => onStarts('now')}>
          <span class="visually-hidden">Start </span>at once
        </button>
        {nights.map(([day, at]) => (
          <button
            key={day}
            type="button"
            class="plain"
            aria-pressed={value === toField(at)}
            onClick={() => onStarts(at.toISOString())}
          >
            <span class="visually-hidden">Start </span>
            {day} {hour}:00
          </button>
        ))}
      </span>
    </div>
  );
}

function Hours({ of, onHours }: { of: Choice; onHours(hours: Partial<Choice>): void }) {
  return (
    <fieldset class="field hours">
      <legend>Hours in which hosts may start</legend>
      {(['from', 'to'] as const).map((end) => (
        <label key={end}>
          <span class="visually-hidden">Hours in which hosts may start: </span>
          {end}{' '}
          <input
            type="time"
            value={of[end]}
            onChange={(event) => onHours({ [end]: event.currentTarget.value })}
          />
        </label>
      ))}
      <small>
        {of.from || of.to
          ? `Each day, in ${zoneHere()}, instead of the policy’s.`
          : 'Empty: those of the policy.'}
      </small>
    </fieldset>
  );
}
