import {
  afterNextRender,
  afterRenderEffect,
  ChangeDetectionStrategy,
  Component,
  computed,
  ElementRef,
  inject,
  type Injector,
  signal,
  viewChild,
} from '@angular/core';
import { MAT_DIALOG_DATA, MatDialog, MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { TaskTypes } from '../live/task-types.ts';
import { Icon } from '../ui/icon.ts';
import { keyWord } from '../ui/keys.ts';
import { findCommands, taskIdPattern } from './command-search.ts';
import { type Command, Commands } from './commands.ts';
import type { TypedAhead } from './typed-ahead.ts';

/** More are found by typing on. */
const mostShown = 30;

/** Everything that can be done from here, found by typing: pages, actions of this page, task types, a task's ID, words of tasks. */
@Component({
  selector: 'app-command-palette',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './command-palette.html',
  styleUrl: './command-palette.scss',
})
export class CommandPalette {
  readonly #commands = inject(Commands);
  readonly #types = inject(TaskTypes);
  readonly #router = inject(Router);
  readonly #dialog = inject<MatDialogRef<CommandPalette>>(MatDialogRef);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly #typed = inject<TypedAhead>(MAT_DIALOG_DATA);
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  protected readonly keyWord = keyWord;
  protected readonly text = signal('');
  readonly #chosen = signal(0);

  readonly #submitCommands = computed<readonly Command[]>(() => {
    const state = this.#types.state();
    if (state.kind !== 'ready') return [];
    return state.types.map(({ name, title }) => ({
      title: $localize`Submit: ${title}:taskType:`,
      icon: 'submit',
      words: name,
      run: () => this.#router.navigate(['/submit'], { queryParams: { type: name } }),
    }));
  });
  readonly #asked = computed<readonly Command[]>(() => {
    const text = this.text().trim();
    const [id] = taskIdPattern.exec(text) ?? [];
    if (id !== undefined) return [this.#openTask(id.toLowerCase())];
    return text === '' ? [] : [this.#searchTasks(text)];
  });
  protected readonly found = computed(() => {
    const known = findCommands([...this.#commands.all(), ...this.#submitCommands()], this.text());
    return [...known.slice(0, mostShown), ...this.#asked()];
  });
  protected readonly active = computed(() => Math.min(this.#chosen(), this.found().length - 1));

  constructor() {
    afterNextRender(() => this.#takeOver());
    afterRenderEffect(() => {
      const option = this.#element.querySelector(`#command-${this.active()}`);
      option?.scrollIntoView?.({ block: 'nearest' });
    });
  }

  /** The dialog itself would give the field its focus only when it has come to rest, and letters would be lost until then. */
  #takeOver(): void {
    const field = this.field().nativeElement;
    field.focus();
    const { text, isEntered } = this.#typed.end();
    field.value = text;
    this.search(text);
    if (isEntered) this.runActive();
  }

  protected search(text: string): void {
    this.text.set(text);
    this.#chosen.set(0);
  }

  protected move(event: Event, by: 1 | -1): void {
    event.preventDefault();
    const count = this.found().length;
    this.#chosen.set((this.active() + by + count) % count);
  }

  protected runActive(): void {
    const command = this.found()[this.active()];
    if (command) this.run(command);
  }

  protected run(command: Command): void {
    if (command.unavailable) return;
    this.#dialog.close();
    command.run();
  }

  #openTask(id: string): Command {
    return {
      title: $localize`Open task ${id}:taskId:`,
      icon: 'tasks',
      run: () => this.#router.navigate(['/tasks', id]),
    };
  }

  #searchTasks(text: string): Command {
    const run = () => this.#router.navigate(['/tasks'], { queryParams: { q: text } });
    return { title: $localize`Find tasks with “${text}:words:”`, icon: 'search', run };
  }
}

/** Resolves when it begins to close: it can be asked for again from then on. */
export async function showPalette(injector: Injector, typed: TypedAhead): Promise<void> {
  const dialogs = injector.get(MatDialog);
  // One that is still closing gives the focus back first, so that this one can give it back to the same place.
  await Promise.all(dialogs.openDialogs.map((one) => firstValueFrom(one.afterClosed(), { defaultValue: undefined })));
  const dialog = dialogs.open(CommandPalette, {
    autoFocus: 'input',
    data: typed,
    width: '600px',
    maxWidth: 'calc(100vw - 32px)',
    position: { top: '12vh' },
    ariaLabel: $localize`Find anything`,
  });
  await firstValueFrom(dialog.beforeClosed(), { defaultValue: undefined });
}
