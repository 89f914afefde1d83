import { fireEvent, render, screen } from '@testing-library/angular';
import { type JsonSource, LocalJson } from './json-source.ts';
import { JsonTree } from './json-tree.ts';

const draw = (value: unknown) => render(JsonTree, { inputs: { value } });

describe('a JSON tree', () => {
  it('shows every kind of value as text', async () => {
    await draw({ text: '<b>bold</b>', number: 1.5, yes: true, nothing: null, empty: [] });
    for (const text of ['"<b>bold</b>"', '1.5', 'true', 'null', '[]']) expect(screen.getByText(text)).toBeTruthy();
    expect(document.querySelector('b')).toBeNull();
  });

  it('lets no text turn its direction or hide a part of itself', async () => {
    await draw({ text: 'gnp.\u202egpj.exe', 'na\u200bme': 'ع‌ 👩‍🚀' });
    for (const text of ['"gnp.\\u202egpj.exe"', 'na\\u200bme', '"ع‌ 👩‍🚀"']) expect(screen.getByText(text)).toBeTruthy();
  });

  it('folds what lies deeper, and opens on a click', async () => {
    await draw({ a: { b: { c: 'deep' } } });
    expect(screen.queryByText('"deep"')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: /b/, expanded: false }));
    expect(await screen.findByText('"deep"')).toBeTruthy();
  });

  it('opens a long list in parts', async () => {
    await draw(Array.from({ length: 250 }, (_, i) => `entry ${i}`));
    expect(screen.queryByText('"entry 100"')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: '150 more' }));
    expect(await screen.findByText('"entry 199"')).toBeTruthy();
  });

  it('shortens a long text until it is asked for', async () => {
    await draw('x'.repeat(5000));
    expect(screen.getByText(/^"x+…$/).textContent.length).toBeLessThan(500);
    fireEvent.click(screen.getByRole('button', { name: 'all' }));
    expect((await screen.findByText(/^"x+"$/)).textContent).toHaveLength(5002);
    fireEvent.click(screen.getByRole('button', { name: 'less' }));
    expect(await screen.findByText(/^"x+…$/)).toBeTruthy();
  });

  it('shows a very long text in parts', async () => {
    await draw('x'.repeat(120_000));
    fireEvent.click(screen.getByRole('button', { name: 'more' }));
    expect((await screen.findByText(/^"x+…$/)).textContent).toHaveLength(50_402);
    fireEvent.click(screen.getByRole('button', { name: 'more' }));
    fireEvent.click(await screen.findByRole('button', { name: 'all' }));
    expect((await screen.findByText(/^"x+"$/)).textContent).toHaveLength(120_002);
  });

  it('keeps what is unfolded while a document elsewhere answers later', async () => {
    const here = new LocalJson({ list: Array.from({ length: 3 }, (_, i) => ({ deep: { leaf: i } })) });
    const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), 20));
    const source: JsonSource = {
      outline: here.outline,
      children: (path, from, count) => later(here.children(path, from, count)),
      text: (path, length) => later(here.text(path, length)),
      rows: (from, count) => later(here.rows(from, count)),
      json: () => later(here.json()),
    };
    await render(JsonTree, { inputs: { source } });
    fireEvent.click(await screen.findByRole('button', { name: /^2/, expanded: false }));
    fireEvent.click(await screen.findByRole('button', { name: /^deep/, expanded: false }));
    expect((await screen.findByText('leaf')).parentElement!.textContent).toMatch(/leaf\s*2/);
  });
});
