import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { formatBytes } from './bytes.ts';
import { Icon } from './icon.ts';
import { isPicture, type Media } from './media-in.ts';

/** Files that came in JSON: pictures are shown, anything can be saved. */
@Component({
  selector: 'app-media-list',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @for (file of files(); track file.name) {
      <figure>
        @if (file.picture) {
          <img [src]="file.url" [alt]="file.name" loading="lazy" />
        }
        <figcaption>
          <app-icon name="file" [size]="16" />
          <bdi>{{ file.name }}</bdi> <span class="muted">{{ file.mediaType }}, {{ file.size }}</span>
          <a class="quiet-button" [href]="file.url" [download]="file.fileName">
            <app-icon name="download" [size]="16" /><ng-container i18n>Save</ng-container>
          </a>
        </figcaption>
      </figure>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 12px;
    }
    figure {
      display: grid;
      gap: 6px;
      justify-items: start;
      margin: 0;
    }
    img {
      max-width: 100%;
      max-height: 420px;
      border: 1px solid var(--line);
      border-radius: var(--radius-small);
      background: repeating-conic-gradient(var(--surface-sunken) 0 25%, var(--surface) 0 50%) 0 0 / 20px 20px;
    }
    figcaption {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 8px;
      align-items: center;
      overflow-wrap: anywhere;
    }
  `,
})
export class MediaList {
  readonly media = input.required<readonly Media[]>();
  protected readonly files = computed(() =>
    this.media().map((file) => ({
      ...file,
      picture: isPicture(file),
      // Nothing but a picture goes by its own type: a browser that opens it would run what it holds.
      url: `data:${isPicture(file) ? file.mediaType : 'application/octet-stream'};base64,${file.data}`,
      size: formatBytes(Math.floor((file.data.length * 3) / 4)),
      fileName: `${file.name.replaceAll(/[^\w.-]+/g, '-') || 'result'}.${file.mediaType.split(/[/+]/)[1] ?? 'bin'}`,
    })),
  );
}
