import { readJsonText, type Schema, toFormValue, toPayload } from './payload-values.ts';

const echo: Schema = {
  type: 'object',
  properties: { message: { title: 'Message' }, delayMs: { type: 'integer' }, list: { type: 'array', items: {} } },
};

describe('text where any JSON may stand', () => {
  it.each([
    ['Hello', { kind: 'text', value: 'Hello' }],
    ['42', { kind: 'json', value: 42 }],
    ['"42"', { kind: 'json', value: '42' }],
    ['{"a": [1]}', { kind: 'json', value: { a: [1] } }],
    ['null', { kind: 'json', value: null }],
  ])('%s', (text, read) => expect(readJsonText(text)).toEqual(read));

  it('says where it is broken when it was meant as JSON', () => {
    expect(readJsonText('{"a": ')).toMatchObject({
      kind: 'broken',
      message: 'it ends too early',
    });
  });
});

describe('payloads in a form', () => {
  it.each([['Hello'], ['42'], ['{"not": "an object"}'], ['  padded'], [42], [{ a: [1, null] }], [['x']], [false]])(
    'gives back the message %j that the example has',
    (message) => {
      const payload = { message, delayMs: 5, list: [{ b: 1 }] };
      expect(toPayload(echo, toFormValue(echo, payload))).toEqual(payload);
    },
  );

  it('leaves out what was left empty', () => {
    expect(toPayload(echo, { message: '', delayMs: null, list: [] })).toEqual({ list: [] });
  });

  it('sends null where a person types null', () => {
    expect(readJsonText('null').value).toBeNull();
    expect(toPayload(echo, { message: 'null', delayMs: null })).toEqual({ message: null });
  });
});
