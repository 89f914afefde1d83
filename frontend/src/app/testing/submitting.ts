/** Submitting as a person does it: the page, its fields and its button. */
import { TestBed } from '@angular/core/testing';
import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
import { SubmitPage } from '../submit/submit-page.ts';
import { type FakeTasks, provideFakeTasks } from './fake-tasks.ts';

/** The page with this type of task chosen. */
export async function openSubmitPage(tasks: FakeTasks, type: string) {
  localStorage.setItem('last-type', type);
  TestBed.resetTestingModule();
  return render(SubmitPage, { providers: provideFakeTasks(tasks) });
}

export const message = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: /Message/ });

export async function untilMessage(text: string): Promise<void> {
  const field = await message();
  await waitFor(() => {
    if (field.value !== text) throw new Error(`The message is "${field.value}", not "${text}".`);
  });
}

export const enter = (field: HTMLElement, value: string) => fireEvent.input(field, { target: { value } });
export const send = () => fireEvent.click(screen.getByRole('button', { name: /^Submit/ }));
