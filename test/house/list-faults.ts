import { fileCircles, folderCircles, importsOf, readSources, upwards } from './import-graph.ts';

/** `node test/house/list-faults.ts [ROOM]`: each import upwards and each circle, by name. */
const [room = ''] = process.argv.slice(2);
const imports = importsOf(readSources()).filter(({ from }) => from.startsWith(room));
const lines = [
  ...upwards(imports).map(({ from, to }) => `upwards: ${from} -> ${to}`),
  ...fileCircles(imports).map((circle) => `files in a circle: ${circle.join(' ')}`),
  ...folderCircles(imports).map((circle) => `folders in a circle: ${circle.join(' ')}`),
];
for (const line of lines) process.stdout.write(`${line}\n`);
