interface Party {
  x: number;
  y: number;
  what: string;
}

const [width, height] = [190, 64];

/** Who takes part, and where the picture has them. */
const parties = {
  Operators: { x: 10, y: 60, what: 'command line, browser' },
  Builder: { x: 10, y: 170, what: 'with the channels’ keys' },
  'Debian’s mirrors': { x: 10, y: 290, what: 'packages' },
  'Update server': { x: 355, y: 140, what: 'certificate or proxy' },
  Prometheus: { x: 355, y: 270, what: 'metrics' },
  Hosts: { x: 700, y: 140, what: 'accept no connection' },
  etcd: { x: 700, y: 290, what: 'the groups’ locks' },
  Mirrors: { x: 700, y: 10, what: 'of releases' },
} satisfies Record<string, Party>;

type Name = keyof typeof parties;

/** Who opens a connection to whom, and for what; dashed where a setting asks for it. */
const connections: readonly { from: Name; to: Name; port: string; isOptional?: boolean }[] = [
  { from: 'Operators', to: 'Update server', port: 'TLS' },
  { from: 'Builder', to: 'Update server', port: 'TLS' },
  { from: 'Builder', to: 'Debian’s mirrors', port: '80 or 443' },
  { from: 'Hosts', to: 'Update server', port: 'TLS' },
  { from: 'Hosts', to: 'etcd', port: '2379', isOptional: true },
  { from: 'Hosts', to: 'Mirrors', port: '443', isOptional: true },
  { from: 'Update server', to: 'etcd', port: '2379', isOptional: true },
  { from: 'Prometheus', to: 'Update server', port: 'TLS', isOptional: true },
];

/** Draws who connects to whom: what a firewall must let through. */
export function renderConnections(): string {
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 370" role="img" aria-labelledby="t d">',
    '<title id="t">Who talks to whom</title>',
    `<desc id="d">${connections.map(({ from, to, port }) => `${from} to ${to} (${port})`).join('; ')}.</desc>`,
    '<style>text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#24292f}.n{font-weight:600;font-size:15px}.g{fill:#f6f8fa;stroke:#d0d7de}.a{stroke:#57606a;stroke-width:2;fill:none}.o{stroke-dasharray:6 4}.l{paint-order:stroke;stroke:#fff;stroke-width:5px}@media (prefers-color-scheme:dark){text{fill:#e6edf3}.g{fill:#161b22;stroke:#30363d}.a{stroke:#8b949e}.l{stroke:#0d1117}}</style>',
    '<defs><marker id="m" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0 L8 4 L0 8 Z" fill="#57606a"/></marker></defs>',
    ...connections.map(({ from, to, isOptional }) => {
      const { x1, y1, x2, y2 } = between(parties[from], parties[to]);
      return `<path class="a${isOptional ? ' o' : ''}" d="M${x1} ${y1} L${x2} ${y2}" marker-end="url(#m)"/>`;
    }),
    ...Object.entries(parties).flatMap(([name, { x, y, what }]) => [
      `<rect class="g" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
      `<text class="n" x="${x + width / 2}" y="${y + 27}" text-anchor="middle">${name}</text>`,
      `<text x="${x + width / 2}" y="${y + 47}" text-anchor="middle">${what}</text>`,
    ]),
    ...connections.map(({ from, to, port }) => {
      const { x1, y1, x2, y2 } = between(parties[from], parties[to]);
      return `<text class="l" x="${(x1 + x2) / 2}" y="${(y1 + y2) / 2 + 4}" text-anchor="middle">${port}</text>`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** The ends of an arrow: where the line between two middles leaves one box and meets the other. */
function between(from: Party, to: Party): { x1: number; y1: number; x2: number; y2: number } {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const share = Math.min(width / 2 / Math.max(Math.abs(dx), 1e-9), height / 2 / Math.max(Math.abs(dy), 1e-9));
  const [ax, ay] = [Math.round(dx * share), Math.round(dy * share)];
  const middle = ({ x, y }: Party) => ({ x: x + width / 2, y: y + height / 2 });
  const [a, b] = [middle(from), middle(to)];
  return { x1: a.x + ax, y1: a.y + ay, x2: b.x - ax, y2: b.y - ay };
}
