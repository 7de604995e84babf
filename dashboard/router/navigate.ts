import { useEffect, useState } from 'preact/hooks';

const moved = new EventTarget();

/** The page's address, kept up to date. */
export function useAddress(): URL {
  const [address, set] = useState(() => new URL(location.href));
  useEffect(() => {
    const update = () => set(new URL(location.href));
    moved.addEventListener('moved', update);
    addEventListener('popstate', update);
    return () => {
      moved.removeEventListener('moved', update);
      removeEventListener('popstate', update);
    };
  }, []);
  return address;
}

/** Goes to another place of the page without loading it again. */
export function go(path: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', path);
  else history.replaceState(null, '', path);
  moved.dispatchEvent(new Event('moved'));
}

/** Lets plain links of this page be followed without loading it again; every other click is the browser's. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (/^\/(v1|assets)\//.test(link.pathname) || (link.hash && link.pathname === location.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
    scrollTo(0, 0);
  });
}
