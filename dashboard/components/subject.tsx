import { hostPath, releasePath, rolloutPath } from '../router/routes.ts';

const id = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** A text with its ids shortened; hovering shows the whole text. */
export function Brief({ text }: { text: string }) {
  const brief = text.replaceAll(id, (whole) => whole.slice(0, 8));
  return <span title={brief === text ? undefined : text}>{brief}</span>;
}

/** The subject of an audit entry, with a link when there is a page for it. */
export function Subject({ of }: { of: string }) {
  const path = pathOf(of);
  return path ? (
    <a href={path}>
      <Brief text={of} />
    </a>
  ) : (
    <span class="quiet break">
      <Brief text={of} />
    </span>
  );
}

function pathOf(subject: string): string | undefined {
  const [, kind, which = ''] = /^(host|rollout|release) (\S+)$/.exec(subject) ?? [];
  if (kind === 'host') return hostPath(which);
  if (kind === 'rollout') return rolloutPath(which);
  const [name, version, arch] = which.split('/');
  return name && version && arch ? releasePath(name, version, arch) : undefined;
}
