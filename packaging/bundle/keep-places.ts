import { basename, dirname, join, relative } from 'node:path';
import type { Plugin } from 'rolldown';

const worker = /new Worker\(new URL\('(\.[^']+)\.ts', import\.meta\.url\)/g;

/**
 * Lets every module believe that it is still where its source is: the files that it reads at run time lie in the package as in the
 * repository, one folder above the bundle. Programs of threads become files of their own, beside the bundle's others.
 */
export function keepPlaces(root: string): Plugin {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (!id.startsWith(`${root}/`) || id.includes('/node_modules/')) return;
      if (!code.includes('import.meta.')) return;
      const programs = new Map<string, string>();
      const threaded = code.replace(worker, (_, path: string) => {
        const fileName = `${basename(path)}.js`;
        programs.set(fileName, join(dirname(id), `${path}.ts`));
        return `new Worker(new URL('./${fileName}', import.meta.here)`;
      });
      for (const [fileName, program] of programs) this.emitFile({ type: 'chunk', id: program, fileName });
      return placed(threaded, relative(root, id));
    },
  };
}

function placed(code: string, path: string): string {
  const url = `new URL(${JSON.stringify(`../${path}`)}, import.meta.here)`;
  return code
    .replaceAll('import.meta.url', `${url}.href`)
    .replaceAll('import.meta.dirname', `decodeURIComponent(new URL('.', ${url}).pathname)`)
    .replaceAll('import.meta.here', 'import.meta.url');
}
