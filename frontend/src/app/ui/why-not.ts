import { Directive, ElementRef, inject, input } from '@angular/core';

/**
 * On a button that cannot be used now, with the reason: `<button [appWhyNot]="task.state === 'completed' ? '…' : ''">`. Empty means that
 * it can be used. Other than `disabled`, the button keeps the keyboard, so that the reason can be found and heard.
 */
@Directive({
  selector: 'button[appWhyNot]',
  host: {
    '[attr.aria-disabled]': 'appWhyNot() ? true : null',
    '[attr.title]': 'appWhyNot() || null',
    '[attr.aria-description]': 'appWhyNot() || null',
    '[class.not-now]': '!!appWhyNot()',
  },
})
export class WhyNot {
  /** A sentence for people. */
  readonly appWhyNot = input.required<string | undefined>();

  constructor() {
    const button = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    const refuse = (event: Event) => {
      if (!this.appWhyNot()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    // While the event comes down: before any listener of the button's own.
    button.addEventListener('click', refuse, { capture: true });
  }
}
