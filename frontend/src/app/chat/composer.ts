import { afterRenderEffect, ChangeDetectionStrategy, Component, computed, effect, type ElementRef, inject, input, type OnInit, output, signal, viewChild } from '@angular/core'; // prettier-ignore
import type { chatLimits } from '../../../../contracts/chat.ts';
import { Icon } from '../ui/icon.ts';
import { keyWord } from '../ui/keys.ts';
import { formatNumber } from '../ui/number.ts';
import { isSeen, nothingSeen } from '../ui/seen-text.ts';
import { WhyNot } from '../ui/why-not.ts';
import { MessageDrafts } from './message-drafts.ts';

/** What `ChatSubmission` takes. */
const mostCharacters = 4_000 satisfies (typeof chatLimits)['text'];
/** From so few characters that are left on, they are told. */
const tellsFrom = 300;
/** Pixels; then the text scrolls. */
const mostHeight = 180;

export interface Written {
  readonly text: string;
  readonly replyTo?: number;
}

interface Answered {
  readonly sequence?: number;
  readonly author: { readonly name: string };
  readonly text: string;
}

/** Where a message is written. What was typed stays, whatever happens to the page. */
@Component({
  selector: 'app-composer',
  imports: [Icon, WhyNot],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './composer.html',
  styleUrl: './composer.scss',
})
export class Composer implements OnInit {
  readonly room = input.required<string>();
  /** The message that a sequence stands for, where it is known. */
  readonly find = input.required<(sequence: number) => Answered | undefined>();
  readonly sent = output<Written>();
  readonly typed = output();
  /** ↑ in an empty field: the last message is to be answered. */
  readonly lastAsked = output();
  readonly #drafts = inject(MessageDrafts);
  /** Sequence of the message that is to be answered. */
  protected readonly replyTo = signal<number | undefined>(undefined);
  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');
  protected readonly keyWord = keyWord;
  protected readonly text = signal('');
  protected readonly label = computed(() => $localize`Message to #${this.room()}:room:`);
  protected readonly answered = computed(() => {
    const sequence = this.replyTo();
    return sequence === undefined ? undefined : this.find()(sequence);
  });
  readonly #left = computed(() => mostCharacters - this.text().trim().length);
  protected readonly tooLong = computed(() => this.#left() < 0);
  /** Whether it was to be sent as it is now. */
  readonly #wasAsked = signal(false);
  /** Told at once, but for spaces: with those many a text begins. */
  protected readonly unseen = computed(() => {
    const text = this.text();
    return text !== '' && !isSeen(text) && (text.trim() !== '' || this.#wasAsked());
  });
  protected readonly fault = computed(() => this.tooLong() || this.unseen());
  protected readonly leftText = computed(() => {
    if (this.unseen()) return nothingSeen;
    const left = this.#left();
    if (left > tellsFrom) return '';
    const count = formatNumber(Math.abs(left));
    return left < 0 ? $localize`Too long by ${count}:count:` : $localize`Room for ${count}:count: more`;
  });
  protected readonly whyNot = computed(() => {
    if (this.tooLong()) return $localize`A message has ${formatNumber(mostCharacters)}:count: characters at most.`;
    if (this.text().trim() === '') return $localize`Write something first.`;
    return isSeen(this.text()) ? '' : nothingSeen;
  });

  constructor() {
    afterRenderEffect(() => {
      this.text();
      this.#grow();
    });
    effect(() => {
      const [room, text, replyTo] = [this.room(), this.text(), this.replyTo()];
      if (this.#isRead) this.#drafts.write(room, { text, ...(replyTo !== undefined && { replyTo }) });
    });
  }

  #isRead = false;

  ngOnInit(): void {
    const { text, replyTo } = this.#drafts.read(this.room());
    this.text.set(text);
    this.replyTo.set(replyTo);
    this.#isRead = true;
  }

  focus(): void {
    this.field().nativeElement.focus();
  }

  answer(sequence: number): void {
    this.replyTo.set(sequence);
    this.focus();
  }

  protected leaveReply(): void {
    this.replyTo.set(undefined);
    this.focus();
  }

  protected write(text: string): void {
    this.text.set(text);
    this.#wasAsked.set(false);
    if (text !== '') this.typed.emit();
  }

  protected press(event: KeyboardEvent): void {
    // Enter that chooses a word of an input method is no Enter of ours.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === 'Escape' && this.replyTo() !== undefined) {
      event.stopPropagation();
      this.leaveReply();
    } else if (event.key === 'ArrowUp' && this.text() === '' && this.replyTo() === undefined) {
      event.preventDefault();
      this.lastAsked.emit();
    }
  }

  protected send(): void {
    this.#wasAsked.set(true);
    if (this.whyNot() !== '') return;
    const replyTo = this.replyTo();
    this.sent.emit({ text: this.text().trim(), ...(replyTo !== undefined && { replyTo }) });
    this.text.set('');
    this.replyTo.set(undefined);
    this.focus();
  }

  #grow(): void {
    const { nativeElement: field } = this.field();
    field.style.height = 'auto';
    field.style.height = `${Math.min(mostHeight, field.scrollHeight)}px`;
  }
}
