import { Select } from '../../components/select.tsx';
import { go } from '../../router/navigate.ts';
import { pathTo } from '../../router/routes.ts';
import { type Choice, verbs } from './verbs.ts';

interface ChangeFormProps {
  of: Choice;
  images: readonly string[];
  channels: readonly string[];
  /** Those that the chosen change makes sense for. */
  versions: readonly string[];
}

/** The choice of a change; it is in the address, so that the link can be sent. */
export function ChangeForm({ of: choice, images, channels, versions }: ChangeFormProps) {
  const set = (change: Partial<Choice>) =>
    go(pathTo('/releases/change', { ...choice, ...change }), 'replace');
  const { takes, does } = verbs[choice.verb];
  return (
    <form class="form" onSubmit={(event) => event.preventDefault()}>
      <Select
        label="Change"
        value={choice.verb}
        options={Object.entries(verbs).map(([verb, { label }]) => [verb, label])}
        onValue={(verb) => set({ verb: verb as Choice['verb'], version: '' })}
        hint={does}
      />
      {images.length > 1 && (
        <Select
          label="Image"
          value={choice.name}
          options={images.map((name) => [name, name])}
          onValue={(name) => set({ name, version: '' })}
        />
      )}
      <Select
        label="Channel"
        value={choice.channel}
        options={channels.map((name) => [name, name])}
        onValue={(channel) => set({ channel, version: '' })}
      />
      <Select
        label={choice.verb === 'rollback' ? 'Back to version' : 'Version'}
        value={choice.version}
        options={versions.length > 0 ? versions.map((one) => [one, one]) : [['', 'no version fits']]}
        onValue={(version) => set({ version })}
      />
      {takes.includes('reason') && (
        <label class="field">
          <span>Reason</span>
          <input
            value={choice.reason}
            maxLength={512}
            autocomplete="off"
            onChange={(event) => set({ reason: event.currentTarget.value.trim() })}
          />
          <small>Stands in the signed document, for everybody to read.</small>
        </label>
      )}
      {takes.includes('policy') && (
        <Select
          label="Policy of the rollout"
          value={choice.policy}
          options={[
            ['', 'the channel’s own'],
            ['careful', 'careful'],
            ['normal', 'normal'],
            ['now', 'now: all hosts at once'],
          ]}
          onValue={(policy) => set({ policy })}
        />
      )}
    </form>
  );
}
