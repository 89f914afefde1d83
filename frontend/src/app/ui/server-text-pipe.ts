import { Pipe, type PipeTransform } from '@angular/core';
import { serverText } from './server-text.ts';

/** `{{ error.message | serverText }}`: what the server says, in the person's language where that is known. */
@Pipe({ name: 'serverText' })
export class ServerTextPipe implements PipeTransform {
  readonly transform = serverText;
}
