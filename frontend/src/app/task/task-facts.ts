import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Wait } from '../../../../contracts/task-states.ts';
import type { Task } from '../../../../contracts/task.ts';
import { formatBytes } from '../ui/bytes.ts';
import { exactTime, formatDuration } from '../ui/duration.ts';
import { RelativeTime } from '../ui/relative-time.ts';

/** What is known of a task beside its way. */
@Component({
  selector: 'app-task-facts',
  imports: [RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2>Facts</h2>
    <dl>
      <dt>Type</dt>
      <dd>
        <code>{{ task().type }}</code>
      </dd>
      <dt>Attempt</dt>
      <dd>{{ task().attempt }} of at most {{ task().maxAttempts }}</dd>
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
        <dt>Took</dt>
        <dd>{{ duration }}</dd>
      }
      <dt>Payload</dt>
      <dd>{{ payload() }}</dd>
      @if (task().duplicates; as count) {
        <dt>Idempotency</dt>
        <dd>{{ count }} {{ count === 1 ? 'duplicate' : 'duplicates' }} suppressed</dd>
      }
      <dt>Delivery</dt>
      <dd>{{ task().delivery }}</dd>
      <dt>Priority</dt>
      <dd>{{ task().priority }}</dd>
      @if (task().orderingKey; as key) {
        <dt>Ordering key</dt>
        <dd>{{ key }}</dd>
      }
      @if (task().concurrencyKey; as key) {
        <dt>Concurrency key</dt>
        <dd>{{ key }}</dd>
      }
      @if (task().waitingFor; as wait) {
        <dt>Waits for</dt>
        <dd>{{ waits[wait] }}</dd>
      }
      <dt>Owner</dt>
      <dd>{{ task().owner }}</dd>
      @if (task().tags.length > 0) {
        <dt>Tags</dt>
        <dd>{{ task().tags.join(', ') }}</dd>
      }
    </dl>
  `,
  styles: `
    :host {
      display: grid;
      gap: 12px;
      padding: 16px 20px 20px;
    }
    dl {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr);
      gap: 6px 16px;
      font-size: 13px;
    }
    dt {
      color: var(--text-muted);
    }
    dd {
      overflow-wrap: anywhere;
    }
    .exact {
      display: block;
      color: var(--text-muted);
      font-size: 12px;
    }
  `,
})
export class TaskFacts {
  readonly task = input.required<Task>();
  protected readonly waits: Readonly<Record<Wait, string>> = {
    'owner-window': 'room in the queue: many tasks of this owner are ahead of it',
    'ordering-key': 'the task ahead of it with the same ordering key',
    concurrency: 'a place among the tasks that run at once',
  };
  protected readonly payload = computed(() => formatBytes(this.task().payloadBytes));
  protected readonly times = computed(() => {
    const { createdAt, scheduledFor, expiresAt, startedAt, finishedAt } = this.task();
    const times = {
      Accepted: createdAt,
      'Not before': scheduledFor,
      Expires: expiresAt,
      Started: startedAt,
      Ended: finishedAt,
    };
    return Object.entries(times).flatMap(([name, at]) => (at === undefined ? [] : { name, at, exact: exactTime(at) }));
  });
  protected readonly seenAt = computed(() => this.task().receipts?.find(({ isYou }) => isYou)?.seenAt);
  protected readonly seenByOthers = computed(
    () => this.task().receipts?.filter(({ isYou, seenAt }) => !isYou && seenAt !== undefined).length,
  );
  protected readonly duration = computed(() => {
    const { createdAt, finishedAt } = this.task();
    return finishedAt === undefined ? undefined : formatDuration(Date.parse(finishedAt) - Date.parse(createdAt));
  });
}
