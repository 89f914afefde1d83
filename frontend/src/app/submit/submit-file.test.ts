import { fireEvent, screen, waitFor } from '@testing-library/angular';
import { FakeTasks } from '../testing/fake-tasks.ts';
import { enter, openSubmitPage, send } from '../testing/submitting.ts';

let tasks: FakeTasks;
const open = (type: string) => openSubmitPage(tasks, type);

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
});

describe('a file', () => {
  // jsdom's files cannot be read as text.
  const file = (text: string) =>
    Object.assign(new File([text], 'cities.csv', { type: 'text/csv' }), { text: async () => text });
  const choose = async (chosen: File) => {
    const input = (await screen.findByText(/Choose a file/)).closest('label')!.querySelector('input')!;
    Object.defineProperty(input, 'files', { value: [chosen], configurable: true });
    fireEvent.change(input);
  };

  it('is shown with name and size, and sent as text', async () => {
    await open('summarize-csv');
    await choose(file('city,n\nBerlin,1\n'));
    expect(await screen.findByText('cities.csv')).toBeTruthy();
    expect(screen.getByText('16 B')).toBeTruthy();
    send();
    await waitFor(() => expect(tasks.submitted[0]?.body.payload).toEqual({ csv: 'city,n\nBerlin,1\n' }));
  });

  it('never stands in the text area, where laying it out could take minutes', async () => {
    const { container } = await open('summarize-csv');
    await screen.findByLabelText('CSV');
    const written: string[] = [];
    const value = jest.spyOn(container.querySelector('textarea')!, 'value', 'set');
    value.mockImplementation((text) => void written.push(text));
    await choose(file('a,b\n'.repeat(50_000)));
    expect(await screen.findByText('200 kB')).toBeTruthy();
    expect(written.join('')).toBe('');
  });

  it('pasted as a long text is taken like a picked one', async () => {
    await open('summarize-csv');
    const area = await screen.findByLabelText<HTMLTextAreaElement>('CSV');
    enter(area, 'a,b\n');
    area.setSelectionRange(4, 4);
    fireEvent.paste(area, { clipboardData: { getData: () => '1,2\n'.repeat(50_000) } });
    expect(await screen.findByText('Pasted text')).toBeTruthy();
    send();
    const csv = `a,b\n${'1,2\n'.repeat(50_000)}`;
    await waitFor(() => expect(tasks.submitted[0]?.body.payload).toEqual({ csv }));
  });

  it('that cannot be read says so', async () => {
    await open('summarize-csv');
    const gone = file('');
    gone.text = () => Promise.reject(new Error('gone'));
    await choose(gone);
    expect(await screen.findByText(/cities.csv could not be read/)).toBeTruthy();
  });

  it('that is too large is refused with its size', async () => {
    await open('summarize-csv');
    const large = file('');
    Object.defineProperty(large, 'size', { value: 120_000_000 });
    await choose(large);
    expect(await screen.findByText('cities.csv has 120 MB; at most 100 MB can be sent.')).toBeTruthy();
  });

  it('can be removed again', async () => {
    await open('summarize-csv');
    await choose(file('x'));
    fireEvent.click(await screen.findByRole('button', { name: 'Remove the file' }));
    expect((await screen.findByLabelText<HTMLTextAreaElement>('CSV')).value).toBe('');
  });
});
