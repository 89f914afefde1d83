import { ChangeDetectionStrategy, Component, effect, input, signal } from '@angular/core';
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
        @if (file.picture; as picture) {
          <img [src]="picture" [alt]="file.name" loading="lazy" />
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
  protected readonly files = signal<readonly ShownFile[]>([]);

  constructor() {
    effect((onCleanup) => {
      const files = this.media().map(shown);
      this.files.set(files);
      onCleanup(() => {
        for (const { url, picture } of files) for (const one of [url, picture]) if (one?.startsWith('blob:')) URL.revokeObjectURL(one); // prettier-ignore
      });
    });
  }
}

interface ShownFile {
  readonly name: string;
  readonly mediaType: string;
  /** To save it from. Nothing goes by its own type: a browser that opens it would run what it holds. */
  readonly url: string;
  /** Address of what is drawn. */
  readonly picture?: string;
  readonly size: string;
  readonly fileName: string;
}

function shown(file: Media): ShownFile {
  const { name, mediaType, data } = file;
  return {
    name,
    mediaType,
    url: addressOf(data, 'application/octet-stream'),
    ...(isPicture(file) && { picture: addressOf(data, mediaType) }),
    size: formatBytes(typeof data === 'string' ? Math.floor((data.length * 3) / 4) : data.size),
    fileName: `${name.replaceAll(/[^\w.-]+/g, '-') || 'result'}.${mediaType.split(/[/+]/)[1] ?? 'bin'}`,
  };
}

function addressOf(data: string | Blob, type: string): string {
  return typeof data === 'string' ? `data:${type};base64,${data}` : URL.createObjectURL(data.slice(0, data.size, type));
}
