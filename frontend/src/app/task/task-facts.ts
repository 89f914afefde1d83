import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Task } from '../../../../contracts/task.ts';
import { formatBytes } from '../ui/bytes.ts';
import { deliveryWords, priorityWords } from '../ui/option-words.ts';
import { exactTime, formatDuration } from '../ui/duration.ts';
import { Permissions } from '../live/permissions.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { waitText } from '../ui/wait-words.ts';

/** What is known of a task beside its way. */
@Component({
  selector: 'app-task-facts',
  imports: [RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 i18n>Facts</h2>
    <dl>
      <dt i18n>Type</dt>
      <dd>
        <code>{{ task().type }}</code>
      </dd>
      <dt i18n>Attempt</dt>
      @if (task().attempt > 0) {
        <dd i18n>{{ task().attempt }} of at most {{ task().maxAttempts }}</dd>
      } @else {
        <dd i18n>none yet, {{ task().maxAttempts }} at most</dd>
      }
      @for (time of times(); track time.name) {
        <dt>{{ time.name }}</dt>
        <dd>
          <app-relative-time [at]="time.at" /><span class="exact">{{ time.exact }}</span>
        </dd>
      }
      @if (seenAt(); as at) {
        <dt i18n>Seen by you</dt>
        <dd><app-relative-time [at]="at" /></dd>
      }
      @if (seenByOthers(); as count) {
        <dt i18n>Seen by others</dt>
        <dd>{{ count }}</dd>
      }
      @if (duration(); as duration) {
        <dt i18n>Took</dt>
        <dd>{{ duration }}</dd>
      }
      <dt i18n>Payload</dt>
      <dd>{{ payload() }}</dd>
      @if (task().duplicates; as count) {
        <dt i18n>Idempotency</dt>
        <dd i18n>{{ count }} {count, plural, =1 {duplicate} other {duplicates}} suppressed</dd>
      }
      <dt i18n>Delivery</dt>
      <dd>{{ deliveries[task().delivery] }}</dd>
      <dt i18n>Priority</dt>
      <dd>{{ priorities[task().priority] }}</dd>
      @if (task().orderingKey; as key) {
        <dt i18n>Ordering key</dt>
        <dd>
          @if (fitsAddress(key)) {
            <a [routerLink]="list()" [queryParams]="{ orderingKey: key }"
              ><bdi>{{ key }}</bdi></a
            >
          } @else {
            <bdi>{{ key }}</bdi>
          }
        </dd>
      }
      @if (task().concurrencyKey; as key) {
        <dt i18n>Concurrency key</dt>
        <dd>{{ key }}</dd>
      }
      @if (wait(); as wait) {
        <dt i18n>Waits for</dt>
        <dd>{{ wait }}</dd>
      }
      <dt i18n>Owner</dt>
      <dd>
        @if (isOperator() && fitsAddress(task().owner)) {
          <a [routerLink]="list()" [queryParams]="{ owner: task().owner }">{{ task().owner }}</a>
        } @else {
          {{ task().owner }}
        }
      </dd>
      @if (task().replays; as replays) {
        <dt i18n>Replayed</dt>
        <dd i18n>{replays, plural, =1 {once} other {{{ replays }} times}}</dd>
      }
      @if (task().scheduleId; as id) {
        <dt i18n>Run of</dt>
        <dd><a [routerLink]="['/schedules', id]" i18n>a schedule</a></dd>
      }
      @if (task().discarded; as note) {
        <dt i18n>Discarded</dt>
        <dd>
          <bdi>{{ note.reason }}</bdi>
          <span class="exact" i18n
            >by <bdi>{{ note.by }}</bdi></span
          >
        </dd>
      }
      @if (task().tags.length > 0) {
        <dt i18n>Tags</dt>
        <dd class="tags">
          @for (tag of task().tags; track tag) {
            @if (fitsAddress(tag)) {
              <a [routerLink]="list()" [queryParams]="{ tag }"
                ><bdi>{{ tag }}</bdi></a
              >
            } @else {
              <bdi>{{ tag }}</bdi>
            }
          }
        </dd>
      }
    </dl>
  `,
  styles: `
    :host {
      display: grid;
      gap: 12px;
      padding: 16px 20px 20px;
    }
    @media (width < 600px) {
      :host {
        padding: 16px;
      }
    }
    dl {
      display: grid;
      grid-template-columns: fit-content(108px) minmax(0, 1fr);
      gap: 6px 12px;
      font-size: 13px;
    }
    dt {
      color: var(--text-muted);
    }
    dd {
      overflow-wrap: anywhere;
    }
    .tags {
      display: flex;
      flex-wrap: wrap;
      gap: 0 10px;
    }
    .exact {
      display: block;
      color: var(--text-muted);
      font-size: 12px;
      letter-spacing: -0.01em;
    }
  `,
})
export class TaskFacts {
  readonly task = input.required<Task>();
  /** Where others like it are. */
  protected readonly list = computed(() => (this.task().archived === true ? '/history' : '/tasks'));
  protected readonly isOperator = inject(Permissions).isOperator;
  protected readonly wait = computed(() => waitText(this.task()));
  protected readonly deliveries = deliveryWords;
  protected readonly priorities = priorityWords;
  protected readonly payload = computed(() => formatBytes(this.task().payloadBytes));
  protected readonly times = computed(() => {
    const { createdAt, scheduledFor, expiresAt, startedAt, finishedAt } = this.task();
    const times = {
      [$localize`Accepted`]: createdAt,
      [$localize`Not before`]: scheduledFor,
      [$localize`Expires`]: expiresAt,
      [$localize`Started`]: startedAt,
      [$localize`Ended`]: finishedAt,
    };
    return Object.entries(times).flatMap(([name, at]) => (at === undefined ? [] : { name, at, exact: exactTime(at) }));
  });
  protected readonly fitsAddress = fitsAddress;
  protected readonly seenAt = computed(() => this.task().receipts?.find(({ isYou }) => isYou)?.seenAt);
  protected readonly seenByOthers = computed(
    () => this.task().receipts?.filter(({ isYou, seenAt }) => !isYou && seenAt !== undefined).length,
  );
  /** From when it was due; a task that ended before that took no time of anybody. */
  protected readonly duration = computed(() => {
    const { createdAt, scheduledFor = createdAt, finishedAt } = this.task();
    if (finishedAt === undefined || finishedAt < scheduledFor) return undefined;
    const dueAt = Math.max(Date.parse(createdAt), Date.parse(scheduledFor));
    return formatDuration(Date.parse(finishedAt) - dueAt);
  });
}

/** Half a character cannot stand in an address; everything else can. */
function fitsAddress(text: string): boolean {
  try {
    return encodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}
