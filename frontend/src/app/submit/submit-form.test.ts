import { fireEvent, screen, waitFor } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { echoType, FakeTasks } from '../testing/fake-tasks.ts';
import { enter, message, openSubmitPage, send, untilMessage } from '../testing/submitting.ts';

let tasks: FakeTasks;
const open = (type: string) => openSubmitPage(tasks, type);

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

  it('speaks of a single character as of one', async () => {
    const name = { type: 'string', minLength: 1, maxLength: 1, title: 'Letter' };
    tasks.types = [{ ...echoType, schema: { type: 'object', properties: { name } } }];
    await open('echo');
    enter(await screen.findByLabelText(/Letter/), 'ab');
    send();
    expect(await screen.findByText('At most 1 character.')).toBeTruthy();
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
    expect(await screen.findByText('“\u2068x\u2069”: Too long.')).toBeTruthy();
  });

  it('name each tag that is refused, at the field of the tags', async () => {
    await open('echo');
    enter(await message(), 'Hi');
    const long = 'x'.repeat(70);
    enter(screen.getByLabelText('Tags'), `fine, ${long}, , also fine, \u202eodd`);
    const errors = [1, 3].map((index) => ({ pointer: `/tags/${index}`, detail: 'At most 50 characters.' }));
    tasks.refusal = new ApiError('invalid-request', 400, 'The request is not valid.', errors);
    send();
    const words = `“\u2068${'x'.repeat(24)}…\u2069”: At most 50 characters. “\u2068\u202eodd\u2069”: At most 50 characters.`;
    expect((await screen.findByText(words)).closest('mat-form-field')).toBe(
      screen.getByLabelText('Tags').closest('mat-form-field'),
    );
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
