/** Keeps what is typed while the field that it is meant for is still being fetched, and keeps it from the page below. */
export class TypedAhead {
  #keys: string[] = [];
  readonly #page: Document;

  constructor(page: Document) {
    this.#page = page;
    page.addEventListener('keydown', this.#keep, { capture: true });
  }

  /** From now on keys go where the focus is. @returns what was typed, and whether it was ended with Enter */
  end(): { readonly text: string; readonly isEntered: boolean } {
    this.#page.removeEventListener('keydown', this.#keep, { capture: true });
    const [keys, isEntered] = [this.#keys, this.#keys.at(-1) === 'Enter'];
    this.#keys = [];
    return { text: keys.filter((key) => key !== 'Enter').join(''), isEntered };
  }

  readonly #keep = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Backspace') this.#keys.pop();
    else if (event.key === 'Enter' || [...event.key].length === 1) this.#keys.push(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
