/** Apart from what uses it: the tests' module system has no `import.meta`. */
export function startJsonWorker(): Worker {
  return new Worker(new URL('./json-worker.ts', import.meta.url), { type: 'module' });
}
