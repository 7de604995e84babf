import { useState } from 'preact/hooks';
import { Confirm } from '../../components/confirm.tsx';

const storageKey = 'interlock-saved-hosts';

interface Saved {
  name: string;
  /** What stands behind the question mark of its address. */
  query: string;
}

/** Views of the list that this browser keeps, as links; anybody can be sent one. */
export function SavedViews({ query, isFiltered }: { query: string; isFiltered: boolean }) {
  const [views, set] = useState(read);
  const keep = (next: Saved[]) => {
    localStorage.setItem(storageKey, JSON.stringify(next));
    set(next);
  };
  const save = async (name: string) => keep([...views.filter((view) => view.name !== name), { name, query }]);
  const isSaved = views.some((view) => view.query === query);
  if (views.length === 0 && !isFiltered) return null;
  return (
    <ul class="saved" aria-label="Saved views">
      {views.map(({ name, query: kept }) => (
        <li key={name} class={kept === query ? 'chip here' : 'chip'}>
          <a href={`/hosts?${kept}`} aria-current={kept === query ? 'page' : undefined}>
            {name}
          </a>
          <button
            type="button"
            class="remove"
            aria-label={`Remove the saved view ${name}`}
            onClick={() => keep(views.filter((view) => view.name !== name))}
          >
            ×
          </button>
        </li>
      ))}
      {isFiltered && !isSaved && (
        <li>
          <Confirm
            verb="Save this view"
            title="Save these filters and this order?"
            done="The view is saved."
            field={{
              label: 'Name',
              needed: true,
              hint: 'Kept in this browser. To share it, send its address.',
            }}
            onConfirm={save}
          />
        </li>
      )}
      {isFiltered && (
        <li>
          <a href="/hosts">Show all hosts</a>
        </li>
      )}
    </ul>
  );
}

function read(): Saved[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(kept)
      ? kept.filter((view) => typeof view?.name === 'string' && typeof view.query === 'string')
      : [];
  } catch {
    // somebody else wrote it: there is nothing to show
    return [];
  }
}
