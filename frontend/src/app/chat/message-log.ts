import { DOCUMENT } from '@angular/common';
import { afterRenderEffect, ChangeDetectionStrategy, Component, computed, DestroyRef, effect, type ElementRef, inject, input, output, signal, untracked, viewChild } from '@angular/core'; // prettier-ignore
import { Icon } from '../ui/icon.ts';
import { ShownNumber } from '../ui/number.ts';
import type { Row } from './message-rows.ts';
import { MessageRow } from './message-row.ts';
import type { OpenRoom } from './open-room.ts';
import { ScrollPlace } from './scroll-place.ts';

/** What was looked for is marked for so long. Milliseconds. */
const foundMs = 2_000;

/** The messages of a room, newest at the bottom. Who reads further up keeps the place while others come. */
@Component({
  selector: 'app-message-log',
  imports: [Icon, MessageRow, ShownNumber],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './message-log.html',
  styleUrl: './message-log.scss',
})
export class MessageLog {
  readonly room = input.required<OpenRoom>();
  readonly rows = input.required<readonly Row[]>();
  readonly seenBy = input.required<ReadonlyMap<string, readonly string[]>>();
  /** Key of the last message of mine. */
  readonly lastOfMine = input<string | undefined>();
  /** How many have come that were not in sight yet. */
  readonly newBelow = input(0);
  /** Sequence of the last message that somebody could see. */
  readonly showed = output<number>();
  /** Sequence of the message that is to be answered. */
  readonly answered = output<number>();
  /** Esc, or what had the focus is gone: back to where one writes. */
  readonly left = output();
  readonly #page = inject(DOCUMENT);
  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');
  readonly #place = computed(() => new ScrollPlace(this.scroller().nativeElement));
  readonly isAtEnd = signal(true);
  readonly #isFar = signal(false);
  readonly #keys = computed(() => this.rows().flatMap((row) => (row.kind === 'message' ? [row.key] : [])));
  protected readonly focused = signal<string | undefined>(undefined);
  /** Where the keyboard comes in: the message it was at, or the last one. */
  protected readonly current = computed(() => {
    const focused = this.focused();
    return focused !== undefined && this.#keys().includes(focused) ? focused : this.#keys().at(-1);
  });
  protected readonly found = signal<string | undefined>(undefined);
  protected readonly label = computed(() => $localize`Messages in #${this.room().name}:room:`);
  protected readonly asksDown = computed(() => !this.isAtEnd() && (this.newBelow() > 0 || this.#isFar()));
  #isPlaced = false;

  constructor() {
    effect(() => {
      this.rows();
      if (this.#isPlaced) this.#place().keep();
    });
    afterRenderEffect(() => {
      this.rows();
      this.#settle();
    });
    afterRenderEffect((onCleanup) => onCleanup(this.#watchSize()));
    const seen = () => this.#report();
    this.#page.addEventListener('visibilitychange', seen);
    inject(DestroyRef).onDestroy(() => this.#page.removeEventListener('visibilitychange', seen));
  }

  /** A message of mine is to be seen, wherever I was reading. */
  goDown(): void {
    this.room().showNewest();
    this.#place().goToEnd();
    this.#look();
  }

  protected scrolled(): void {
    this.#look();
    this.#goOn();
  }

  /** At an edge of what is drawn, more is. Who stands at the very top can scroll no further to ask for it, so each drawing looks again. */
  #goOn(): void {
    const [place, room] = [this.#place(), this.room()];
    if (place.isNearTop && room.hasOlder()) void room.showOlder();
    else if (place.isNearBottom && !room.isAtNewest()) room.showNewer();
  }

  /** Who unfolds a message goes on from where it was folded, not from its end. */
  protected stay(): void {
    this.#place().isAtEnd = false;
  }

  protected async follow(sequence: number): Promise<void> {
    await this.room().showAround(sequence);
    this.#page.defaultView?.requestAnimationFrame(() => this.#find(sequence));
  }

  protected press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-sequence]');
    const isOnRow = row !== null && event.target === row;
    if (event.key === 'Escape') this.left.emit();
    else if (event.key === 'ArrowDown') this.#step(1);
    else if (event.key === 'ArrowUp') this.#step(-1);
    else if (event.key === 'End') this.goDown();
    else if (isOnRow && (event.key === 'r' || event.key === 'Enter'))
      this.answered.emit(Number(row.dataset['sequence']));
    else return;
    event.preventDefault();
  }

  #step(by: 1 | -1): void {
    const next = this.#keys().indexOf(this.current() ?? '') + by;
    const key = this.#keys()[next];
    if (key === undefined) return;
    this.focused.set(key);
    this.#place().row(key)?.focus();
  }

  #find(sequence: number): void {
    const key = this.rows().find((row) => row.kind === 'message' && row.message.sequence === sequence)?.key;
    if (key === undefined) return;
    this.#place().goTo(key, 0.3)?.focus({ preventScroll: true });
    this.#look();
    this.found.set(key);
    setTimeout(() => this.found.set(undefined), foundMs);
  }

  /** After each drawing. */
  #settle(): void {
    const place = this.#place();
    if (!this.#isPlaced) this.#begin(place);
    else if (place.isAtEnd && this.room().isAtNewest()) place.goToEnd();
    else place.restore();
    this.#look();
    untracked(() => this.#goOn());
  }

  /** At the first message that is new, or at the end. */
  #begin(place: ScrollPlace): void {
    this.#isPlaced = true;
    if (place.goTo('new', 0.2) === undefined) place.goToEnd();
  }

  #look(): void {
    const place = this.#place();
    place.look();
    this.isAtEnd.set(place.isAtEnd && this.room().isAtNewest());
    this.#isFar.set(place.isFarFromEnd || !this.room().isAtNewest());
    this.#report();
  }

  #report(): void {
    const sequence = Number(this.#place().lastInSight()?.dataset['sequence']);
    if (!this.#page.hidden && sequence > 0) this.showed.emit(sequence);
  }

  /** Of what grows later, such as the card of a task, and of a window that a keyboard makes smaller. */
  #watchSize(): () => void {
    if (typeof ResizeObserver === 'undefined') return () => undefined;
    const observer = new ResizeObserver(() => {
      if (this.#place().isAtEnd && this.room().isAtNewest()) this.#place().goToEnd();
    });
    observer.observe(this.scroller().nativeElement);
    observer.observe(this.content().nativeElement);
    return () => observer.disconnect();
  }
}
