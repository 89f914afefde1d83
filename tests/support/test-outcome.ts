interface CircusState {
  readonly currentlyRunningTest?: { readonly name: string; readonly errors: readonly unknown[] };
}

/** To be called in afterEach: whether the test that just ran has failed. jest tells this to reporters only; its runner keeps it here. */
export function testHasFailed(): boolean {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  const state = symbol && (globalThis as unknown as Record<symbol, CircusState>)[symbol];
  return (state?.currentlyRunningTest?.errors.length ?? 0) > 0;
}
