/** Within so many pixels of the end, one is at the end, and stays there. */
const nearEnd = 48;
/** So far ahead of an edge, what lies beyond is drawn. */
const ahead = 900;

/** Where a person is in a list that grows at both ends: what they look at stays where it is. */
export class ScrollPlace {
  readonly #element: HTMLElement;
  #kept: { readonly key: string; readonly top: number } | undefined;
  isAtEnd = true;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  get isNearTop(): boolean {
    return this.#element.clientHeight > 0 && this.#element.scrollTop < ahead;
  }

  get isNearBottom(): boolean {
    return this.#toEnd() < ahead;
  }

  get isFarFromEnd(): boolean {
    return this.#toEnd() > this.#element.clientHeight;
  }

  /** To be called when a person has scrolled. */
  look(): void {
    this.isAtEnd = this.#toEnd() <= nearEnd;
  }

  goToEnd(): void {
    this.isAtEnd = true;
    this.#element.scrollTop = this.#element.scrollHeight;
  }

  /** @param share of the height that is left above it */
  goTo(key: string, share: number): HTMLElement | undefined {
    const row = this.row(key);
    if (row === undefined) return undefined;
    this.#element.scrollTop += this.#topOf(row) - this.#element.clientHeight * share;
    this.look();
    return row;
  }

  /** Before the list changes: remembers the first row in sight. */
  keep(): void {
    const row = this.rows().find((one) => this.#topOf(one) + one.offsetHeight > 0);
    this.#kept = row === undefined ? undefined : { key: row.dataset['row'] ?? '', top: this.#topOf(row) };
  }

  /** After it: puts that row where it was. Where the browser has seen to that itself, nothing is left to do. */
  restore(): void {
    const row = this.#kept && this.row(this.#kept.key);
    if (row !== undefined && this.#kept !== undefined) this.#element.scrollTop += this.#topOf(row) - this.#kept.top;
    this.#kept = undefined;
  }

  /** The last row of which something is in sight. */
  lastInSight(): HTMLElement | undefined {
    const { clientHeight } = this.#element;
    return this.rows().findLast((row) => this.#topOf(row) + Math.min(row.offsetHeight, 24) <= clientHeight);
  }

  rows(): readonly HTMLElement[] {
    return [...this.#element.querySelectorAll<HTMLElement>('[data-row]')];
  }

  row(key: string): HTMLElement | undefined {
    return this.rows().find(({ dataset }) => dataset['row'] === key);
  }

  #toEnd(): number {
    return this.#element.scrollHeight - this.#element.scrollTop - this.#element.clientHeight;
  }

  #topOf(row: HTMLElement): number {
    return row.getBoundingClientRect().top - this.#element.getBoundingClientRect().top;
  }
}
