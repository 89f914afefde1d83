import type { BuildOptions } from 'esbuild';

/** How the function app becomes what the Functions worker loads: one CommonJS bundle, `dist/functions.cjs`. */
export function functionAppBundle(root: string) {
  return {
    absWorkingDir: root,
    entryPoints: ['functions/index.ts'],
    outfile: 'dist/functions.cjs',
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: 'linked',
    loader: { '.lua': 'text' },
    // Its entry for CommonJS asks for files at run time, which a bundle has not.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    // Supplied by the Functions host at run time.
    external: ['@azure/functions-core'],
    logLevel: 'warning',
  } satisfies BuildOptions;
}
