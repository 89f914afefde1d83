import { ChangeDetectionStrategy, ChangeDetectorRef, Component, ElementRef, inject, signal } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatIconButton } from '@angular/material/button';
import { FieldType, type FieldTypeConfig, FormlyValidationMessage } from '@ngx-formly/core';
import { formatBytes } from '../../ui/bytes.ts';
import { Icon } from '../../ui/icon.ts';

/** The API's limit of a payload that is uploaded, see UploadLimitBytes. */
const largestFile = 100_000_000;
/** A longer text is shown by its beginning: laying out megabytes in a text area takes many seconds. */
const longestEditable = 100_000;
const previewLines = 4;

interface Picked {
  readonly name: string;
  readonly bytes: number;
  readonly text: string;
}

/** A text that is best picked as a file: dropped, chosen, or pasted. */
@Component({
  selector: 'app-file-field',
  imports: [FormlyValidationMessage, Icon, MatIconButton, ReactiveFormsModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './file-field.html',
  styleUrl: './file-field.scss',
})
export class FileField extends FieldType<FieldTypeConfig> {
  readonly #view = inject(ChangeDetectorRef);
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly picked = signal<Picked | undefined>(undefined);
  /** What is being read. */
  protected readonly reading = signal<Pick<Picked, 'name'> | undefined>(undefined);
  protected readonly isOver = signal(false);

  protected get name(): string {
    return this.source?.name ?? (this.isBase64 ? $localize`File` : $localize`Text`);
  }

  protected readonly dropHere = $localize`Drop a file here`;
  protected readonly dropOrPaste = $localize`Drop a file here, or paste its text`;

  protected get mediaType(): string {
    return this.props['mediaType'] as string;
  }

  /** Any bytes, which travel as base64. */
  protected get isBase64(): boolean {
    return this.props['isBase64'] === true;
  }

  protected get accept(): string {
    if (this.isBase64) return this.mediaType;
    return `${this.mediaType},.csv,.txt,.tsv`;
  }

  protected get text(): string {
    return (this.formControl.value as string | null | undefined) ?? '';
  }

  /** The file the text came from, while it is unchanged. */
  protected get source(): Picked | undefined {
    const picked = this.picked();
    return picked?.text === this.text ? picked : undefined;
  }

  protected get isShownWhole(): boolean {
    return this.source === undefined && this.text.length <= longestEditable && (!this.isBase64 || this.text === '');
  }

  protected get size(): string {
    const bytes = this.isBase64
      ? Math.floor((this.text.replace(/=+$/, '').length * 3) / 4)
      : new Blob([this.text]).size;
    return formatBytes(this.source?.bytes ?? bytes);
  }

  protected get beginning(): string {
    if (this.isBase64) return '';
    return this.text.slice(0, 2000).split('\n').slice(0, previewLines).join('\n');
  }

  protected choose(input: HTMLInputElement): void {
    const file = input.files?.[0];
    // So that choosing the same file again is a change.
    void this.take(file).finally(() => (input.value = ''));
  }

  protected drop(event: DragEvent): void {
    event.preventDefault();
    this.isOver.set(false);
    void this.take(event.dataTransfer?.files[0]);
  }

  /** A long text is taken like a file, for the same reason. */
  protected paste(event: ClipboardEvent, area: HTMLTextAreaElement): void {
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    if (pasted.length <= longestEditable) return;
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = area;
    const whole = value.slice(0, selectionStart) + pasted + value.slice(selectionEnd);
    void this.read($localize`Pasted text`, new Blob([whole]).size, async () => whole);
  }

  protected remove(): void {
    this.picked.set(undefined);
    this.formControl.setValue('');
    this.#view.detectChanges();
    this.#element.nativeElement.querySelector('textarea')?.focus();
  }

  private async take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    if (file.size <= largestFile)
      return this.read(file.name, file.size, () => (this.isBase64 ? base64Of(file) : file.text()));
    this.formControl.markAsTouched();
    this.refuse(`${file.name} has ${formatBytes(file.size)}; at most ${formatBytes(largestFile)} can be sent.`);
  }

  private async read(name: string, bytes: number, readText: () => Promise<string>): Promise<void> {
    const reading = { name };
    this.reading.set(reading);
    this.formControl.markAsTouched();
    // The text area has to be gone before the control has the text: it would lay all of it out.
    this.#view.detectChanges();
    try {
      const text = await readText();
      // Another one may have been chosen meanwhile.
      if (this.reading() !== reading) return;
      this.picked.set({ name, bytes, text });
      this.formControl.setValue(text);
      this.formControl.markAsDirty();
    } catch {
      this.refuse(`${name} could not be read. Check that it is still there, and choose it again.`);
    } finally {
      this.reading.update((latest) => (latest === reading ? undefined : latest));
    }
  }

  private refuse(message: string): void {
    this.formControl.setErrors({ file: { message } });
    this.#view.markForCheck();
  }
}

/** @throws what the browser says when the file cannot be read */
async function base64Of(file: File): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error($localize`The file cannot be read.`));
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}
