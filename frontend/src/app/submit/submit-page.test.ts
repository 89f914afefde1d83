import { Clipboard } from '@angular/cdk/clipboard';
import { TestBed } from '@angular/core/testing';
import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aTask, csvType, echoType, FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { SubmitPage } from './submit-page.ts';

let tasks: FakeTasks;

/** The page with this type of task chosen. */
async function open(type: string) {
  localStorage.setItem('last-type', type);
  TestBed.resetTestingModule();
  return render(SubmitPage, { providers: provideFakeTasks(tasks) });
}
const message = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: /Message/ });
async function untilMessage(text: string) {
  const field = await message();
  await waitFor(() => expect(field.value).toBe(text));
}
const enter = (field: HTMLElement, value: string) => fireEvent.input(field, { target: { value } });
const send = () => fireEvent.click(screen.getByRole('button', { name: /^Submit/ }));

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
});

describe('the form of a task type', () => {
  it('is drawn from the JSON Schema and sends what was filled in', async () => {
    await open('echo');
    enter(await message(), '{"a": [1]}');
    enter(screen.getByRole('spinbutton', { name: /Delay/ }), '250');
    fireEvent.click(screen.getByRole('checkbox', { name: /Fail for good/ }));
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(1));
    const payload = { message: { a: [1] }, delayMs: 250, permanent: true };
    expect(tasks.submitted[0]?.body).toEqual({ type: 'echo', payload });
  });

  it('sends plain text as a string', async () => {
    await open('echo');
    enter(await message(), 'Hello <b>you</b>');
    send();
    await waitFor(() => expect(tasks.submitted[0]?.body.payload).toEqual({ message: 'Hello <b>you</b>' }));
  });

  it('fills in the example with one click', async () => {
    await open('echo');
    await message();
    fireEvent.click(screen.getByText('Fill in the example'));
    await untilMessage('Hello');
    send();
    await waitFor(() => expect(tasks.submitted[0]?.body.payload).toEqual(echoType.example));
  });

  it('shows what the schema forbids at the field, and sends nothing', async () => {
    await open('echo');
    enter(await message(), '{"a": ');
    enter(screen.getByRole('spinbutton', { name: /Delay/ }), '-5');
    send();
    expect(await screen.findByText('At least 0.')).toBeTruthy();
    expect(screen.getByText(/begins like JSON but is not/)).toBeTruthy();
    expect(tasks.submitted).toEqual([]);
  });

  it('leads the keyboard to the first fault, also when that is an empty field', async () => {
    await open('echo');
    await message();
    enter(screen.getByRole('spinbutton', { name: /Delay/ }), '-5');
    send();
    await waitFor(async () => expect(document.activeElement).toBe(await message()));
  });

  it('says that a required field is empty', async () => {
    await open('summarize-csv');
    await screen.findByLabelText('CSV');
    send();
    expect(await screen.findByText('CSV is needed.')).toBeTruthy();
    expect(tasks.submitted).toEqual([]);
  });

  it('submits by Ctrl+Enter', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    fireEvent.keyDown(await message(), { key: 'Enter', ctrlKey: true });
    await waitFor(() => expect(tasks.submitted).toHaveLength(1));
  });

  it('sends the options that were set and leaves the others to the API', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    enter(screen.getByLabelText('Attempts at most'), '3');
    enter(screen.getByLabelText('Tags'), 'urgent, demo ,');
    enter(screen.getByLabelText('Expires after'), '2');
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(1));
    expect(tasks.submitted[0]?.body).toEqual({
      type: 'echo',
      payload: { message: 'Hi' },
      maxAttempts: 3,
      tags: ['urgent', 'demo'],
      expiresIn: 120,
    });
  });
});

describe('the delivery', () => {
  it('is chosen by what it means, and sent where it is not the usual one', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    enter(screen.getByLabelText('Attempts at most'), '3');
    fireEvent.click(screen.getByRole('combobox', { name: 'Delivery', hidden: true }));
    fireEvent.click(await screen.findByRole('option', { name: /Never begun a second time/ }));
    expect(await screen.findByText('Only one, as the delivery says.')).toBeTruthy();
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(1));
    expect(tasks.submitted[0]?.body).toEqual({ type: 'echo', payload: { message: 'Hi' }, delivery: 'at-most-once' });
  });
});

describe('errors of the API', () => {
  const refuse = (pointer: string, detail: string) =>
    new ApiError('invalid-request', 400, 'The request is not valid.', [{ pointer, detail }]);

  it('stand at the field of the payload they point to, and go away with the next change', async () => {
    await open('summarize-csv');
    enter(await screen.findByLabelText('CSV'), 'a,b\n1,"x');
    tasks.refusal = refuse('/payload/csv', 'Quote is not closed in line 2.');
    send();
    expect(await screen.findByText('Quote is not closed in line 2.')).toBeTruthy();
    enter(screen.getByLabelText('CSV'), 'a,b\n1,2');
    await waitFor(() => expect(screen.queryByText('Quote is not closed in line 2.')).toBeNull());
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(2));
  });

  it('stand at the option they point to', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    enter(screen.getByLabelText('Tags'), 'x');
    tasks.refusal = refuse('/tags/0', 'Too long.');
    send();
    expect(await screen.findByText('Too long.')).toBeTruthy();
  });

  it('that have no field are told with what to do', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    tasks.refusal = new ApiError(
      'dependency-unavailable',
      503,
      'Service Bus cannot be reached. Try again in a moment.',
    );
    send();
    expect((await screen.findByRole('alert')).textContent).toContain('Try again in a moment.');
  });

  it('offer to sign in where nobody is signed in any longer', async () => {
    await open('echo');
    enter(await message(), 'Hello');
    tasks.refusal = new ApiError('unauthenticated', 401, 'Nobody is signed in. Sign in at /.auth/login/aad.');
    send();
    const link = await screen.findByRole('link', { name: 'Sign in' });
    expect(link.getAttribute('href')).toMatch(/^\/\.auth\/login\/aad\?post_login_redirect_uri=/);
  });
});

describe('what was typed', () => {
  it('is there again after a reload', async () => {
    const { fixture } = await open('echo');
    enter(await message(), 'half a thou');
    enter(screen.getByLabelText('Tags'), 'later');
    fixture.destroy();
    await open('echo');
    await untilMessage('half a thou');
    expect(screen.getByLabelText<HTMLInputElement>('Tags').value).toBe('later');
  });

  it('is kept per type', async () => {
    const { fixture } = await open('echo');
    enter(await message(), 'mine');
    fixture.destroy();
    await open('summarize-csv');
    expect((await screen.findByLabelText<HTMLTextAreaElement>('CSV')).value).toBe('');
  });
});

describe('submitting twice by accident', () => {
  it('sends once while the first is under way or just done', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    send();
    send();
    await screen.findByText('Submitted');
    fireEvent.keyDown(await message(), { key: 'Enter', ctrlKey: true });
    expect(tasks.submitted).toHaveLength(1);
  });

  it('sends the same key again after a failure and after a reload, and another for another form', async () => {
    const { fixture } = await open('echo');
    enter(await message(), 'Hi');
    tasks.refusal = new ApiError('offline', 0, 'No answer from the server.');
    send();
    await screen.findByRole('alert');
    fixture.destroy();
    await open('echo');
    await untilMessage('Hi');
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(2));
    enter(await message(), 'Other');
    send();
    await waitFor(() => expect(tasks.submitted).toHaveLength(3));
    const [first, second, third] = tasks.submitted.map(({ key }) => key);
    expect(first).toBeTruthy();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
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

it('shows operators, who see the tasks of all, their own last ones', async () => {
  tasks.put(aTask({ id: 'a', owner: 'ada', about: 'Mine' }), aTask({ id: 'b', owner: 'bob', about: 'Of Bob' }));
  await open('echo');
  await screen.findByText('Of Bob');
  const claims = [{ typ: 'roles', val: 'operator' }];
  http()
    .expectOne('/.auth/me')
    .flush([{ user_id: 'ada', user_claims: claims }]);
  await waitFor(() => expect(screen.queryByText('Of Bob')).toBeNull());
  expect(screen.getByText('Mine')).toBeTruthy();
  expect(tasks.asked).toMatchObject([{ owner: 'ada' }]);
});

describe('the page', () => {
  it('says what to do when the types cannot be fetched, and tries again', async () => {
    const fail = new ApiError('offline', 0, 'No answer from the server. Check the connection and try again.');
    const { listTaskTypes } = tasks.client.api;
    tasks.client.api.listTaskTypes = () => Promise.reject(fail);
    await open('echo');
    expect((await screen.findByRole('alert')).textContent).toContain('Check the connection');
    tasks.client.api.listTaskTypes = listTaskTypes;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await message()).toBeTruthy();
  });

  it('copies the form as a curl command that a shell takes', async () => {
    await open('echo');
    enter(await message(), "it's");
    const copied: string[] = [];
    TestBed.inject(Clipboard).copy = (text) => copied.push(text) > 0;
    fireEvent.click(screen.getByText('Copy as curl'));
    expect(copied[0]).toContain(`--data-raw '{"type":"echo","payload":{"message":"it'\\''s"}}'`);
  });

  it('searches when there are many types', async () => {
    tasks.types = [
      ...Array.from({ length: 12 }, (_, i) => ({ ...echoType, name: `t${i}`, title: `Type ${i}` })),
      csvType,
    ];
    await open('t3');
    fireEvent.click(await screen.findByRole('combobox', { name: /Task type/ }));
    enter(await screen.findByPlaceholderText('Search'), 'csv');
    await waitFor(() => {
      const shown = screen
        .getAllByRole('option', { hidden: true })
        .filter((option) => !option.classList.contains('hidden'));
      expect(shown.map((option) => option.textContent.trim())).toEqual(['Summarise a CSV']);
    });
  });
});
