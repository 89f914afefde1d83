import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  type OnInit,
  output,
  signal,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { Router } from '@angular/router';
import type { DeadLetterFilter } from '../../../../contracts/dead-letters.ts';
import type { JsonPatch, ReplayPreview } from '../../../../contracts/replay.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { DryRunReport } from './dry-run-report.ts';
import { PayloadEdit } from './payload-edit.ts';
import { planWords } from './plan-words.ts';

/** Which dead letters: those named, or all that fit. */
export interface Selection {
  readonly ids?: string[];
  readonly filter?: DeadLetterFilter;
}

/** A number as it was typed; undefined for an empty field. */
type Typed = number | undefined;

const suggested = { canary: 10, ratePerSecond: 50, stopAtPercent: 20 } as const;
/** So few need no canary. */
const fewTasks = 20;

/** A replay as a small plan: read, tried out, then started. */
@Component({
  selector: 'app-replay-planner',
  imports: [DryRunReport, Icon, MatButton, MatIconButton, PayloadEdit, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './replay-planner.html',
  styleUrl: './replay-planner.scss',
  host: { class: 'card', role: 'region', 'aria-labelledby': 'replay-plan' },
})
export class ReplayPlanner implements OnInit {
  readonly selection = input.required<Selection>();
  /** How many that is, as far as the page knows. */
  readonly count = input.required<number>();
  /** ID of one of them, whose payload is edited as an example. */
  readonly exampleId = input.required<string>();
  readonly closed = output();

  readonly #api = inject(Tasks).client.api;
  readonly #router = inject(Router);
  protected readonly canary = signal<Typed>(undefined);
  protected readonly rate = signal<Typed>(suggested.ratePerSecond);
  protected readonly stopAt = signal<Typed>(suggested.stopAtPercent);
  protected readonly isEditing = signal(false);
  protected readonly patch = signal<JsonPatch | undefined>(undefined);
  protected readonly isReadable = signal(true);
  /** The one it began with: others that die meanwhile must not replace what is being edited. */
  protected readonly example = signal('');
  protected readonly busy = signal<'trying' | 'starting' | undefined>(undefined);
  protected readonly preview = signal<ReplayPreview | undefined>(undefined);
  protected readonly problem = signal<ApiError | undefined>(undefined);

  readonly #options = computed(() => {
    const [canary, ratePerSecond, percent] = [this.canary(), this.rate(), this.stopAt()];
    const patch = this.isEditing() ? this.patch() : undefined;
    return {
      ...(canary !== undefined && { canary }),
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      ...(percent !== undefined && { stopAtFailureRate: percent / 100 }),
      ...(patch !== undefined && { patch }),
    };
  });
  /** A plan that cannot be is not read out as one. */
  protected readonly words = computed(() =>
    this.faults().length > 0 ? '…' : planWords(this.count(), this.#options()),
  );
  /** Empty when it can be started. */
  protected readonly whyNot = computed(() => {
    if (!this.isReadable()) return $localize`The edited payload is not JSON yet.`;
    if (this.isEditing() && this.patch() === undefined)
      return $localize`Nothing is edited yet: change the payload, or fold the edit away.`;
    return this.faults()[0] ?? '';
  });
  protected readonly faults = computed(() => [
    ...(isIn(this.canary(), 1, 10_000) && Number.isInteger(this.canary() ?? 1)
      ? []
      : [$localize`The canary has 1 to 10,000 tasks.`]),
    ...(isIn(this.rate(), 0.01, 10_000) ? [] : [$localize`The rate is 0.01 to 10,000 a second.`]),
    ...(isIn(this.stopAt(), 0, 100) ? [] : [$localize`The share is 0 to 100 percent.`]),
  ]);

  ngOnInit(): void {
    this.example.set(this.exampleId());
    if (this.count() > fewTasks) this.canary.set(suggested.canary);
  }

  protected typed(text: string): Typed {
    return text.trim() === '' ? undefined : Number(text);
  }

  /** What was tried out is not what would be started any more. */
  protected change(set: () => void): void {
    set();
    this.preview.set(undefined);
    this.problem.set(undefined);
  }

  protected tryOut(): Promise<void> {
    const ask = async () =>
      this.preview.set(await this.#api.previewReplay({ ...this.selection(), ...this.#options() }));
    return this.#while('trying', ask);
  }

  protected start(): Promise<void> {
    return this.#while('starting', async () => {
      const { id } = await this.#api.replayDeadLetters({ ...this.selection(), ...this.#options() });
      await this.#router.navigate(['/dead-letters/replays', id]);
    });
  }

  async #while(what: 'trying' | 'starting', ask: () => Promise<void>): Promise<void> {
    if (this.busy() !== undefined || this.whyNot() !== '') return;
    this.busy.set(what);
    this.problem.set(undefined);
    try {
      await ask();
    } catch (error) {
      this.problem.set(error as ApiError);
    } finally {
      this.busy.set(undefined);
    }
  }
}

function isIn(value: Typed, least: number, most: number): boolean {
  return value === undefined || (value >= least && value <= most);
}
