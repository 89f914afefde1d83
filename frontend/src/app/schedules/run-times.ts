import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RelativeTime } from '../ui/relative-time.ts';
import { localTimeZone, shownLocale } from '../ui/locale.ts';

/** The next times of a schedule, in its zone and in the one of whoever looks. */
@Component({
  selector: 'app-run-times',
  imports: [RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ol>
      @for (time of shown(); track time.at) {
        <li>
          <span class="zone">{{ time.inZone }}</span>
          @if (time.here; as here) {
            <span class="muted" i18n>{{ here }} here</span>
          }
          <app-relative-time class="muted" [at]="time.at" />
        </li>
      }
    </ol>
  `,
  styles: `
    ol {
      display: grid;
      gap: 6px;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      gap: 0 12px;
    }
    .zone {
      font-weight: 550;
    }
    app-relative-time {
      margin-left: auto;
    }
  `,
})
export class RunTimes {
  /** ISO 8601. */
  readonly times = input.required<readonly string[]>();
  readonly timeZone = input.required<string>();
  protected readonly shown = computed(() => {
    const hasSeconds = this.times().some((at) => !/:00(\.\d+)?Z$/.test(at));
    const inZone = format(this.timeZone(), hasSeconds);
    const here = format(localTimeZone, hasSeconds);
    return this.times().map((at) => {
      const [there, mine] = [inZone(at), here(at)];
      return { at, inZone: there, here: there === mine ? '' : mine };
    });
  });
}

function format(timeZone: string, hasSeconds: boolean): (iso: string) => string {
  const parts = new Intl.DateTimeFormat(shownLocale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(hasSeconds && { second: '2-digit' }),
    hourCycle: 'h23',
    timeZone,
  });
  return (iso) => parts.format(new Date(iso));
}
