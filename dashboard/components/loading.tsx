import { useEffect, useState } from 'preact/hooks';

/** After this time a reader wonders whether anything still happens. */
const slowMs = 4000;

/** Stands where data will be: nothing for a moment, then lines to come, then that the server is slow. */
export function Loading() {
  const [isSlow, set] = useState(false);
  useEffect(() => {
    const wait = setTimeout(() => set(true), slowMs);
    return () => clearTimeout(wait);
  }, []);
  return (
    <div class="loading" role="status">
      <p>{isSlow ? 'Still loading: the server is slow to respond.' : 'Loading…'}</p>
      <div class="skeleton" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
    </div>
  );
}
