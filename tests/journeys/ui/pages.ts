/** The pages by what a person sees of them. */
import type { Locator, Page } from 'playwright-core';

export const indicator = (page: Page): Locator => page.getByRole('banner').getByRole('status');
export const theWay = (page: Page): Locator => page.getByRole('region', { name: 'The way of your task' });
export const lastTasks = (page: Page): Locator => page.getByRole('region', { name: 'Your last tasks' });
export const submitButton = (page: Page): Locator => page.getByRole('button', { name: /^Submit/ });
/** The link of a task, in whatever list the page shows. */
export const rowOf = (page: Page, taskId: string): Locator =>
  page.getByRole('listitem').locator(`a[href$="${taskId}"]`);

export async function untilLive(page: Page): Promise<void> {
  await indicator(page).getByText('Live', { exact: true }).waitFor();
}

export async function chooseType(page: Page, title: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Task type' }).click();
  await page.getByRole('option', { name: title }).click();
  await page.getByRole('listbox').waitFor({ state: 'detached' });
}

export async function openOptions(page: Page): Promise<void> {
  await page.getByText('When, order, retries, tags').click();
}

/** Waits until the task of the picture has ended, and gives its ID. */
export async function untilEnded(page: Page): Promise<string> {
  await theWay(page).getByText('From your click to your screen').waitFor();
  return await submittedId(page);
}

/** ID of the task the picture shows. */
export async function submittedId(page: Page): Promise<string> {
  const address = await theWay(page).getByRole('link').getAttribute('href');
  return address!.split('/').at(-1)!;
}

/** Goes to the page of the task in the picture. */
export async function openTask(page: Page): Promise<void> {
  await theWay(page).getByRole('link').click();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
