import { ChangeDetectionStrategy, Component, computed, effect, input, linkedSignal, untracked } from '@angular/core'; // prettier-ignore
import { Icon } from './icon.ts';
import { escapeUnseen, type JsonNode, type JsonSource, longestText, whenThere } from './json-source.ts';

/** Entries drawn at once; a list of a million is opened in parts. */
const page = 100;
/** Characters drawn at once of a text that is asked for. */
const textPage = 50_000;

/** One value of a JSON document and, unfolded, what is in it. Everything is text, whatever it contains. */
@Component({
  selector: 'app-json-branch',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (isFoldable()) {
      <button type="button" class="fold" [attr.aria-expanded]="isOpen()" (click)="isOpen.set(!isOpen())">
        <app-icon name="chevron-right" [size]="14" [class.open]="isOpen()" />
        @if (name(); as name) {
          <span class="name">{{ name }}</span>
        }
        <span class="about">{{ about() }}</span>
      </button>
      @if (isOpen()) {
        <ul>
          @for (entry of entries(); track entry.path.at(-1)) {
            <li><app-json-branch [source]="source()" [node]="entry" [depth]="depth() + 1" /></li>
          }
          @if (hidden() > 0) {
            <li>
              <button i18n type="button" class="quiet-button" (click)="showMore()">{{ hidden() }} more</button>
            </li>
          }
        </ul>
      }
    } @else {
      <span class="leaf">
        @if (name(); as name) {
          <span class="name">{{ name }}</span>
        }
        <span [class]="node().kind">{{ text() }}</span>
        @if (node().size > textLength()) {
          <button type="button" class="quiet-button" (click)="showText(textLength() + textPage)">
            @if (node().size <= textLength() + textPage) {
              <ng-container i18n>all</ng-container>
            } @else {
              <ng-container i18n>more</ng-container>
            }
          </button>
        }
        @if (textLength() > longestText) {
          <button type="button" class="quiet-button" (click)="showText(longestText)" i18n>less</button>
        }
      </span>
    }
  `,
  styleUrl: './json-branch.scss',
})
export class JsonBranch {
  readonly source = input.required<JsonSource>();
  readonly node = input.required<JsonNode>();
  readonly depth = input(0);
  protected readonly longestText = longestText;
  protected readonly textPage = textPage;
  protected readonly isOpen = linkedSignal(() => this.depth() < 2);
  protected readonly entries = linkedSignal<JsonSource, readonly JsonNode[]>({
    source: this.source,
    computation: () => [],
  });
  protected readonly name = computed(() => escapeUnseen(this.node().path.at(-1) ?? ''));
  protected readonly isFoldable = computed(
    () => ['array', 'object'].includes(this.node().kind) && this.node().size > 0,
  );
  protected readonly hidden = computed(() =>
    this.entries().length > 0 ? this.node().size - this.entries().length : 0,
  );
  protected readonly about = computed(() => {
    const { kind, size } = this.node();
    const [open, close] = kind === 'array' ? ['[', ']'] : ['{', '}'];
    return this.isOpen() ? `${open}${size}${close}` : `${open} … ${size} ${close}`;
  });
  protected readonly textLength = linkedSignal({ source: this.node, computation: () => longestText });
  protected readonly text = linkedSignal(() => this.node().text);

  constructor() {
    effect(() => {
      this.source();
      if (this.isOpen() && this.isFoldable()) untracked(() => this.entries().length > 0 || this.showMore());
    });
  }

  protected showMore(): void {
    const [source, known] = [this.source(), this.entries()];
    whenThere(source.children(this.node().path, known.length, page), (more) => {
      if (source === this.source() && known === this.entries()) this.entries.set([...known, ...more]);
    });
  }

  protected showText(length: number): void {
    const node = this.node();
    this.textLength.set(length);
    whenThere(this.source().text(node.path, length), (text) => {
      if (node === this.node() && length === this.textLength()) this.text.set(text);
    });
  }
}
