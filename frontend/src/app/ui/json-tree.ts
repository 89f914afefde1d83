import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { JsonBranch } from './json-branch.ts';
import { type JsonSource, LocalJson } from './json-source.ts';

/** JSON as a tree that folds: a value, or a document that lies elsewhere. */
@Component({
  selector: 'app-json-tree',
  imports: [JsonBranch],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<app-json-branch [source]="document()" [node]="document().outline.root" [depth]="depth()" />`,
})
export class JsonTree {
  readonly value = input<unknown>();
  readonly source = input<JsonSource>();
  readonly depth = input(0);
  protected readonly document = computed(() => this.source() ?? new LocalJson(this.value()));
}
