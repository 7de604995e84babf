// A program of its own, because the bundler keeps more than 100 MB: prints the page's files as JSON, path to text.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';

const sources = join(import.meta.dirname, '../../dashboard');
const read = (file: string) => readFileSync(join(sources, file), 'utf8');
const files: Record<string, string> = {
  '/': read('index.html'),
  '/assets/style.css': globSync('style/*.css', { cwd: sources }).toSorted().map(read).join('\n'),
};
for (const file of globSync('*.svg', { cwd: sources })) files[`/assets/${basename(file)}`] = read(file);

const bundle = await rolldown({
  input: { main: join(sources, 'main.tsx') },
  platform: 'browser',
  transform: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
const { output } = await bundle.generate({
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  minify: true,
});
for (const part of output) {
  if (part.type === 'chunk') files[`/assets/${part.fileName}`] = part.code;
}
process.stdout.write(JSON.stringify(files));
