import { rolldown } from 'rolldown';
import { keepPlaces } from './keep-places.ts';
import { swapForReadyMade } from './ready-made.ts';

/** A program as a package carries it. */
export interface BundledProgram {
  /** JavaScript by file name. */
  files: ReadonlyMap<string, string>;
  /** The files that went into it. */
  modules: readonly string[];
}

/**
 * Joins the command line and all it imports into a few files of JavaScript. Each verb keeps a file of its own, which is
 * loaded when it is called; packages with native parts stay outside.
 */
export async function bundleProgram(root: string, external: readonly string[]): Promise<BundledProgram> {
  const bundle = await rolldown({
    input: { interlock: 'cli/main.ts' },
    cwd: root,
    platform: 'node',
    external: [...external],
    logLevel: 'silent',
    plugins: [swapForReadyMade(root), keepPlaces(root)],
  });
  try {
    const { output } = await bundle.generate({
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    });
    const chunks = output.filter((part) => part.type === 'chunk');
    return {
      files: new Map(chunks.map(({ fileName, code }) => [fileName, code])),
      modules: chunks.flatMap(({ moduleIds }) => moduleIds),
    };
  } finally {
    await bundle.close();
  }
}
