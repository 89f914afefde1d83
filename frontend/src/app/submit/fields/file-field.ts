import { ChangeDetectionStrategy, ChangeDetectorRef, Component, inject, signal } from '@angular/core';
import { ReactiveFormsModule } from '@angular/forms';
import { MatIconButton } from '@angular/material/button';
import { FieldType, type FieldTypeConfig, FormlyValidationMessage } from '@ngx-formly/core';
import { formatBytes } from '../../ui/bytes.ts';
import { Icon } from '../../ui/icon.ts';

/** The API's limit of a payload, see PayloadLimitBytes. */
const largestFile = 10_000_000;
/** A longer text is shown by its beginning: a text area of megabytes makes typing elsewhere slow. */
const longestEditable = 100_000;
const previewLines = 4;

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
  protected readonly picked = signal<{ readonly name: string; readonly text: string } | undefined>(undefined);
  protected readonly isOver = signal(false);

  protected get mediaType(): string {
    return this.props['mediaType'] as string;
  }

  protected get text(): string {
    return (this.formControl.value as string | null | undefined) ?? '';
  }

  /** The name of the file the text came from, while it is unchanged. */
  protected get fileName(): string | undefined {
    const picked = this.picked();
    return picked?.text === this.text ? picked.name : undefined;
  }

  protected get isShownWhole(): boolean {
    return this.fileName === undefined && this.text.length <= longestEditable;
  }

  protected get size(): string {
    return formatBytes(new Blob([this.text]).size);
  }

  protected get beginning(): string {
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

  protected remove(): void {
    this.picked.set(undefined);
    this.formControl.setValue('');
  }

  private async take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    this.formControl.markAsTouched();
    if (file.size > largestFile) {
      const message = `${file.name} has ${formatBytes(file.size)}; at most ${formatBytes(largestFile)} can be sent.`;
      this.formControl.setErrors({ file: { message } });
    } else {
      const text = await file.text();
      this.picked.set({ name: file.name, text });
      this.formControl.setValue(text);
      this.formControl.markAsDirty();
    }
    this.#view.markForCheck();
  }
}
