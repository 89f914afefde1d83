const smallestTable = 1 << 10;
/** Above this share of filled places, looking for a free one takes long. */
const fullest = 0.6;

/**
 * Counts different texts by a 64-bit hash of each, in an open-addressing table: 14 to 27 bytes for a text, however long it is.
 * Of ten million different texts, two share a hash with a chance of 3 in a million; the count is then one too low.
 */
export class DistinctCounter {
  #table = new Uint32Array(2 * smallestTable);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    // cyrb53, by bryc, public domain: two multiplicative hashes, mixed with each other at the end. Here with all 64 bits.
    let [high, low] = [0xdeadbeef, 0x41c6ce57];
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    const mixedHigh = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    const mixedLow = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    // 0 marks a free place.
    if (!this.#put(mixedHigh >>> 0 || 1, mixedLow >>> 0)) return;
    this.#count += 1;
    if (this.#count > (this.#table.length / 2) * fullest) this.#grow();
  }

  /** @returns false when it was there already */
  #put(high: number, low: number): boolean {
    const table = this.#table;
    const mask = table.length / 2 - 1;
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const found = table[2 * place];
      if (found === 0) {
        table[2 * place] = high;
        table[2 * place + 1] = low;
        return true;
      }
      if (found === high && table[2 * place + 1] === low) return false;
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) if (old[i] !== 0) this.#put(old[i]!, old[i + 1]!);
  }
}
