/**
 * One after the other. What keeps one from its work, such as a right that is missing on one queue, keeps none behind it.
 * @throws the first fault, when all have had their turn
 */
export async function inTurn(parts: readonly (() => Promise<unknown>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const part of parts) {
    try {
      await part();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
