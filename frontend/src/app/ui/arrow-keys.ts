import { Directive } from '@angular/core';

/** On a list of links: the arrow keys go from one to the next. Each is reached without them too. */
@Directive({
  selector: 'ul[appArrowKeys]',
  host: { '(keydown.arrowdown)': 'step($any($event), 1)', '(keydown.arrowup)': 'step($any($event), -1)' },
})
export class ArrowKeys {
  protected step(event: KeyboardEvent, by: 1 | -1): void {
    const item = (event.target as HTMLElement).closest('li');
    const next = by === 1 ? item?.nextElementSibling : item?.previousElementSibling;
    const link = next?.querySelector<HTMLElement>('a, button');
    if (!link) return;
    event.preventDefault();
    link.focus();
  }
}
