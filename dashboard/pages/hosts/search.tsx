import { useRef } from 'preact/hooks';
import type { ChoicesAnswer } from '../../../protocol/api/hosts.ts';
import { count } from '../../format/size.ts';
import { hostStates } from '../../labels/host.ts';
import { decisionLabel } from '../../labels/reason.ts';
import { lookUp } from '../../labels/tone.ts';
import { go } from '../../router/navigate.ts';
import { pathTo } from '../../router/routes.ts';
import { type Filter, type FilterName, type Order, wordsOf } from './filter.ts';
import { QueryBox } from './query-box.tsx';

interface SearchProps {
  filter: Filter;
  order: Order;
  /** Missing until they are loaded; the choices that are made are shown in any case. */
  choices: ChoicesAnswer | undefined;
}

interface Choice {
  value: string;
  hosts?: number;
}

const flags = ['held', 'pinned', 'cloned', 'unapproved', 'in_trouble'].map((value) => ({ value }));

/** The search box and the filters of the list of hosts; they are kept in the address. */
export function Search({ filter, order, choices }: SearchProps) {
  const present = useRef({ ...filter, ...wordsOf(order) });
  present.current = { ...filter, ...wordsOf(order) };
  const find = (change: Filter) => go(pathTo('/hosts', { ...present.current, ...change }), 'replace');
  const choice = (
    name: FilterName,
    title: string,
    of: readonly Choice[] | undefined,
    label?: (value: string) => string,
  ) => (
    <Select
      title={title}
      value={filter[name] ?? ''}
      of={of ?? []}
      label={label}
      onChoice={(value) => find({ [name]: value })}
    />
  );
  const isMany = (of: readonly unknown[] | undefined) => (of?.length ?? 0) > 1;
  const { states, groups, channels, versions, images, archs, labels } = choices ?? {};
  return (
    <search>
      <form class="search" onSubmit={(event) => event.preventDefault()}>
        <QueryBox query={filter.query ?? ''} onQuery={(query) => find({ query })} />
        <div class="selects">
          {choice('state', 'State', states, stateLabel)}
          {choice('group', 'Group', groups)}
          {choice('channel', 'Channel', channels)}
          {choice('version', 'Version', versions)}
          {choice('label', 'Label', labels)}
          {(isMany(images) || filter.name) && choice('name', 'Image', images)}
          {(isMany(archs) || filter.arch) && choice('arch', 'Architecture', archs)}
          {choice('flag', 'Flag', flags, (flag) => flag.replace('_', ' '))}
        </div>
        {filter.reason && (
          <a class="chip" href={pathTo('/hosts', { ...present.current, reason: undefined })}>
            reason <b>{decisionLabel(filter.reason)}</b>
            <span aria-hidden="true"> ×</span>
            <span class="visually-hidden">, remove this filter</span>
          </a>
        )}
      </form>
    </search>
  );
}

function stateLabel(state: string): string {
  return lookUp(hostStates, state, { tone: 'dark', label: state, means: '' } as const).label;
}

interface SelectProps {
  title: string;
  value: string;
  of: readonly Choice[];
  label: ((value: string) => string) | undefined;
  onChoice(value: string): void;
}

/** One filter; a value that no host has any more is still shown, for a link may name it. */
function Select({ title, value, of, label = (text) => text, onChoice }: SelectProps) {
  const known = value === '' || of.some((choice) => choice.value === value) ? of : [{ value }, ...of];
  return (
    <select
      class={value ? 'filter set' : 'filter'}
      aria-label={title}
      value={value}
      onChange={(event) => onChoice(event.currentTarget.value)}
    >
      <option value="">{title}: any</option>
      {known.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {label(choice.value)}
          {choice.hosts === undefined ? '' : ` (${count(choice.hosts)})`}
        </option>
      ))}
    </select>
  );
}
