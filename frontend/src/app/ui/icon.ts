import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/** Outlines on a grid of 24, drawn with a line of 1.75. */
const outlines = {
  submit: 'M4 12 20 4l-5 16-4-6.5L4 12ZM11 13.5 20 4',
  tasks: 'M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2',
  history: 'M4 12.3a8.3 8.3 0 1 0 2.5-6.2L4 8.5M4 4v4.5h4.5M12.2 7.8v4.4l3 1.9',
  tray: 'M4 13 6.5 5h11L20 13v6H4v-6ZM4 13h4.5l1.5 2.5h4l1.5-2.5H20',
  spinner: 'M12 3.5a8.5 8.5 0 1 1-8.5 8.5',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9.3M20 4.5v4.8h-4.8',
  check: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM8.2 12.2l2.6 2.6 5-5.4',
  stop: 'M8.3 3.5h7.4l4.8 4.8v7.4l-4.8 4.8H8.3l-4.8-4.8V8.3l4.8-4.8ZM12 7.8v5M12 16.2h.01',
  dash: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM8.2 12h7.6',
  hourglass: 'M7 3.5h10M7 20.5h10M8 3.5v4l4 4.5 4-4.5v-4M8 20.5v-4l4-4.5 4 4.5v4',
  copy: 'M9 9h10.5v10.5H9V9ZM5.5 15H4.5V4.5H15v1',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2Z',
  screen: 'M3.5 5h17v11h-17V5ZM9 20h6M12 16v4',
  person: 'M12 4a3.8 3.8 0 1 0 0 7.6A3.8 3.8 0 0 0 12 4ZM4.8 20c.6-3.5 3.5-5.5 7.2-5.5s6.6 2 7.2 5.5',
  'chevron-right': 'm9.5 6 6 6-6 6',
  'chevron-down': 'm6 9.5 6 6 6-6',
  'chevron-up': 'm6 14.5 6-6 6 6',
  back: 'M20 12H4.5M10.5 6l-6 6 6 6',
  file: 'M6 3.5h8l4.5 4.5v12.5H6v-17ZM14 3.5V8h4.5',
  upload: 'M12 16V4.5M7 9l5-4.5L17 9M4.5 16v4h15v-4',
  close: 'm6 6 12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  alert: 'M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17h.01',
  code: 'm8.5 7.5-5 4.5 5 4.5M15.5 7.5l5 4.5-5 4.5',
  wand: 'm5 19 9.5-9.5M13 4.5v3M18.5 10h3M17.5 5.5l-2 2M19.5 14l-1.5-1.5',
  help: 'M9 9.2a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2.1M12 17.2h.01M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z',
  letter: 'M3.5 6h17v12.5h-17V6ZM3.5 7l8.5 6.5L20.5 7',
  calendar: 'M4 6h16v14H4V6ZM4 10.5h16M8 3.5V7M16 3.5V7M8.5 15h3',
  chart: 'M4 20V4M4 20h16M8 16.5V12M12.5 16.5V7M17 16.5v-6',
  gear: 'M12 8.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4ZM12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8M16.6 16.6l1.8 1.8M5.6 18.4l1.8-1.8M16.6 7.4l1.8-1.8',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5h4',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  keyboard: 'M3 6.5h18v11H3v-11ZM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8',
  lock: 'M6 11h12v9H6v-9ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  play: 'M7 4.5v15l12-7.5L7 4.5Z',
  pause: 'M8 5v14M16 5v14',
  download: 'M12 4.5V16M7 11.5l5 4.5 5-4.5M4.5 16v4h15v-4',
  edit: 'M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5',
  filter: 'M4 5h16l-6 7.5V19l-4-2v-4.5L4 5Z',
  star: 'm12 4 2.4 5.2 5.6.7-4.1 3.9 1 5.7-4.9-2.8-4.9 2.8 1-5.7L4 9.9l5.6-.7L12 4Z',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  globe: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM3.5 12h17M12 3.5c5 5.5 5 11.5 0 17M12 3.5c-5 5.5-5 11.5 0 17',
  chat: 'M4 5h16v11.5h-8.5L7 20v-3.5H4V5ZM8.5 9.3h7M8.5 12.5h4.5',
  reply: 'M9.5 6 4 11.5 9.5 17M4 11.5h10a6 6 0 0 1 6 6v1',
  down: 'M12 5v13.5M6.5 13l5.5 5.5 5.5-5.5',
  seen: 'm2.5 12.5 4 4 8-9M10.5 15.5l1 1 8.5-9',
  tick: 'm5 12.5 4.5 4.5L19 7',
  out: 'M13 4.5H5v15h8M16 8l4 4-4 4M20 12H9.5',
} as const;
export type IconName = keyof typeof outlines;

/** A picture beside a word; it says nothing to a screen reader. */
@Component({
  selector: 'app-icon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true', '[style.--size.px]': 'size()' },
  template: `<svg viewBox="0 0 24 24" focusable="false"><path [attr.d]="outline()" /></svg>`,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      /* A page may be drawn once before its inputs are set, and a picture without a size is 300 wide. */
      width: var(--size, 18px);
      height: var(--size, 18px);
    }
    svg {
      width: 100%;
      height: 100%;
      fill: none;
      stroke: currentColor;
      stroke-width: 1.75;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `,
})
export class Icon {
  readonly name = input.required<IconName>();
  /** Pixels. */
  readonly size = input(18);
  protected readonly outline = computed(() => outlines[this.name()]);
}
