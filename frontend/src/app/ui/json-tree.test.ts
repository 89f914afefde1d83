import { fireEvent, render, screen } from '@testing-library/angular';
import { JsonTree } from './json-tree.ts';

const draw = (value: unknown) => render(JsonTree, { inputs: { value } });

describe('a JSON tree', () => {
  it('shows every kind of value as text', async () => {
    await draw({ text: '<b>bold</b>', number: 1.5, yes: true, nothing: null, empty: [] });
    for (const text of ['"<b>bold</b>"', '1.5', 'true', 'null', '[]']) expect(screen.getByText(text)).toBeTruthy();
    expect(document.querySelector('b')).toBeNull();
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
  });
});
