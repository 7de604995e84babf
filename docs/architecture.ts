import { type Import, importsOf, readSources, rooms } from '../test/house/import-graph.ts';

type Room = (typeof rooms)[number];
interface Box {
  x: number;
  width: number;
  /** What a row of the picture stands on. */
  row: number;
}

/** Where each room stands; arrows between them come from the imports. */
const places: Record<Room, Box> = {
  cli: { x: 10, width: 650, row: 0 },
  builder: { x: 10, width: 155, row: 1 },
  'update-server': { x: 175, width: 155, row: 1 },
  lab: { x: 340, width: 155, row: 1 },
  signer: { x: 505, width: 155, row: 1 },
  agent: { x: 670, width: 155, row: 1 },
  dashboard: { x: 835, width: 155, row: 1 },
  system: { x: 10, width: 815, row: 2 },
  protocol: { x: 10, width: 980, row: 3 },
};
const [lineHeight, titleHeight, padding, gap] = [17, 26, 10, 40];
/** Pixels that one character takes at most, at this font size. */
const characterWidth = 6.6;

/** Draws the rooms with their floors, and the arrows between rooms, from the real import graph. */
export function renderArchitecture(): string {
  const imports = importsOf(readSources());
  const texts = new Map(rooms.map((room) => [room, linesOf(room, imports)]));
  const heightOf = (room: Room) => titleHeight + (texts.get(room)?.length ?? 0) * lineHeight + padding;
  const rowHeights = [0, 1, 2, 3].map((row) =>
    Math.max(...rooms.filter((room) => places[room].row === row).map(heightOf)),
  );
  const topOf = (row: number) => 10 + rowHeights.slice(0, row).reduce((sum, height) => sum + height + gap, 0);
  const boxes = rooms.flatMap((room) => {
    const { x, width, row } = places[room];
    const y = topOf(row);
    return [
      `<rect class="g" x="${x}" y="${y}" width="${width}" height="${rowHeights[row]}" rx="8"/>`,
      `<text class="r" x="${x + padding}" y="${y + 18}">${room}/</text>`,
      ...(texts.get(room) ?? []).map(
        ({ text, isFirst }, index) =>
          `<text x="${x + padding + (isFirst ? 0 : 12)}" y="${y + titleHeight + 12 + index * lineHeight}">${text}</text>`,
      ),
    ];
  });
  const arrows = directArrows(imports).map(([from, to]) => {
    const x = middleOf(places[from], places[to]);
    const y = topOf(places[from].row) + (rowHeights[places[from].row] ?? 0);
    return `<path class="a" d="M${x} ${y} V${topOf(places[to].row) - 6}" marker-end="url(#m)"/>`;
  });
  const height = topOf(3) + (rowHeights[3] ?? 0) + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 ${height}" role="img" aria-labelledby="t d">`,
    '<title id="t">Rooms and floors</title>',
    '<desc id="d">Each box is a folder of the project. Its lines are floors: what stands on one imports only what stands below it. Arrows show which rooms import which; those that follow from others are left out.</desc>',
    '<style>text{font:11px ui-monospace,monospace;fill:#24292f}.r{font:600 14px ui-sans-serif,system-ui,sans-serif}.g{fill:#f6f8fa;stroke:#d0d7de}.a{stroke:#57606a;stroke-width:2;fill:none}@media (prefers-color-scheme:dark){text{fill:#e6edf3}.g{fill:#161b22;stroke:#30363d}.a{stroke:#8b949e}}</style>',
    '<defs><marker id="m" markerWidth="8" markerHeight="8" refX="4" refY="4" orient="auto"><path d="M0 0 L8 4 L0 8 Z" fill="#57606a"/></marker></defs>',
    ...boxes,
    ...arrows,
    '</svg>',
    '',
  ].join('\n');
}

/** The floors of a room from top to bottom, wrapped to its width. */
function linesOf(room: Room, imports: readonly Import[]): { text: string; isFirst: boolean }[] {
  const inside = imports
    .filter(({ from, to }) => from.startsWith(`${room}/`) && to.startsWith(`${room}/`))
    .map(({ from, to }) => ({ from: childOf(from), to: childOf(to) }));
  const files = readSources([room]).map(({ file }) => childOf(file));
  const most = Math.floor((places[room].width - 2 * padding - 12) / characterWidth);
  return floorsOf([...new Set(files)], inside).flatMap((names) =>
    wrap(names, most).map((text, index) => ({ text, isFirst: index === 0 })),
  );
}

/** Folders end with a slash; files of the room itself lose their ending. */
function childOf(file: string): string {
  const [, child = '', ...rest] = file.split('/');
  return rest.length > 0 ? `${child}/` : child.replace(/\.tsx?$/, '');
}

/** What imports nothing stands on the lowest floor, everything else right above the highest of what it imports. */
function floorsOf(names: readonly string[], imports: readonly Import[]): string[][] {
  const below = Map.groupBy(
    imports.filter(({ from, to }) => from !== to),
    ({ from }) => from,
  );
  const known = new Map<string, number>();
  const floorOf = (name: string): number => {
    const found = known.get(name);
    if (found !== undefined) return found;
    // in a circle, which test/house forbids, this stands for the rest of it
    known.set(name, 0);
    const floor = Math.max(-1, ...(below.get(name) ?? []).map(({ to }) => floorOf(to))) + 1;
    known.set(name, floor);
    return floor;
  };
  const floors = Map.groupBy(names.toSorted(), floorOf);
  return [...floors].toSorted(([a], [b]) => b - a).map(([, on]) => on);
}

function wrap(names: readonly string[], most: number): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 2 <= most)
      lines[lines.length - 1] = `${last}  ${name}`;
    else lines.push(name);
  }
  return lines;
}

/** Which room imports which, without what follows from two other arrows. */
function directArrows(imports: readonly Import[]): [Room, Room][] {
  const roomOf = (file: string) => rooms.find((room) => file.startsWith(`${room}/`));
  const all = new Set<string>();
  for (const { from, to } of imports) {
    const [here, there] = [roomOf(from), roomOf(to)];
    if (here && there && here !== there) all.add(`${here} ${there}`);
  }
  const follows = (from: string, to: string) =>
    rooms.some((room) => all.has(`${from} ${room}`) && all.has(`${room} ${to}`));
  return [...all]
    .toSorted()
    .map((pair) => pair.split(' ') as [Room, Room])
    .filter(([from, to]) => !follows(from, to));
}

function middleOf(one: Box, other: Box): number {
  const left = Math.max(one.x, other.x);
  const right = Math.min(one.x + one.width, other.x + other.width);
  return Math.round((left + right) / 2);
}
