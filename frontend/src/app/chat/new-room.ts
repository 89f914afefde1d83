import { afterNextRender, ChangeDetectionStrategy, Component, computed, type ElementRef, inject, output, signal, viewChild } from '@angular/core'; // prettier-ignore
import { MatButton } from '@angular/material/button';
import type { ApiError } from '../../../../client/index.ts';
import { ChatRooms } from '../live/chat-rooms.ts';
import { WhyNot } from '../ui/why-not.ts';

/** As `RoomName` has it. */
const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** A small form for another room: its name, and what it is for. */
@Component({
  selector: 'app-new-room',
  imports: [MatButton, WhyNot],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(keydown.escape)': 'left.emit()' },
  template: `
    <form (submit)="make(); $event.preventDefault()">
      <label>
        <span i18n>Name</span>
        <input
          #first
          class="control"
          maxlength="60"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          placeholder="night-shift"
          aria-describedby="room-name-hint"
          [attr.aria-invalid]="nameFault() !== ''"
          [value]="name()"
          (input)="name.set(first.value)"
        />
      </label>
      <p id="room-name-hint" class="muted" [class.fault]="nameFault() !== ''">{{ nameFault() || hint() }}</p>
      <label>
        <span i18n>What it is for</span>
        <input
          #second
          class="control"
          maxlength="200"
          aria-describedby="room-topic-fault"
          [attr.aria-invalid]="faults()['topic'] !== undefined"
          [value]="topic()"
          (input)="topic.set(second.value)"
        />
      </label>
      <p id="room-topic-fault" class="fault">{{ faults()['topic'] ?? '' }}</p>
      <p class="fault" role="alert">{{ faults()[''] ?? '' }}</p>
      <div class="end">
        <button matButton type="button" (click)="left.emit()" i18n>Cancel</button>
        <button matButton="filled" type="submit" [appWhyNot]="whyNot()" i18n>Make it</button>
      </div>
    </form>
  `,
  styleUrl: './new-room.scss',
})
export class NewRoom {
  /** Its name. */
  readonly made = output<string>();
  readonly left = output();
  readonly #rooms = inject(ChatRooms);
  private readonly first = viewChild.required<ElementRef<HTMLElement>>('first');
  protected readonly name = signal('');
  protected readonly topic = signal('');
  readonly #isMaking = signal(false);
  /** What the server said, by field; of the whole under the empty name. */
  readonly #refusal = signal<{ readonly name: string; readonly faults: Readonly<Record<string, string>> } | undefined>(undefined); // prettier-ignore
  /** Rooms have names like parts of an address: spaces and capitals are made into what they may be. */
  protected readonly slug = computed(() => this.name().trim().toLowerCase().replaceAll(/[\s_]+/g, '-')); // prettier-ignore
  protected readonly faults = computed(() => {
    const refusal = this.#refusal();
    return refusal?.name === this.slug() ? refusal.faults : {};
  });
  readonly #isTaken = computed(() => this.#rooms.all()?.some(({ name }) => name === this.slug()) === true);
  protected readonly nameFault = computed(() => {
    if (this.slug() === '') return '';
    if (this.#isTaken()) return $localize`There is a room of this name already.`;
    if (!namePattern.test(this.slug())) return $localize`Up to 40 letters without accents, digits and hyphens.`;
    return this.faults()['name'] ?? '';
  });
  protected readonly hint = computed(() =>
    this.slug() === this.name() || this.slug() === '' ? $localize`Lower-case letters, digits and hyphens.` : $localize`It will be #${this.slug()}:room:.`,
  ); // prettier-ignore
  protected readonly whyNot = computed(() => {
    if (this.#isMaking()) return $localize`It is being made.`;
    return this.slug() === '' ? $localize`Give it a name first.` : this.nameFault();
  });

  constructor() {
    afterNextRender(() => this.first().nativeElement.focus());
  }

  protected async make(): Promise<void> {
    if (this.whyNot() !== '') return;
    const [name, topic] = [this.slug(), this.topic().trim()];
    this.#isMaking.set(true);
    try {
      await this.#rooms.create({ name, ...(topic !== '' && { topic }) });
      this.made.emit(name);
    } catch (error) {
      this.#refusal.set({ name, faults: faultsOf(error as ApiError) });
    } finally {
      this.#isMaking.set(false);
    }
  }
}

function faultsOf({ errors, message }: ApiError): Record<string, string> {
  const fields = errors.map(({ pointer, detail }) => [pointer.replace(/^#?\//, ''), detail] as const);
  const known = fields.filter(([field]) => field === 'name' || field === 'topic');
  return known.length > 0 ? Object.fromEntries(known) : { '': message };
}
