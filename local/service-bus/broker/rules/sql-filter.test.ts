import { parseAction } from './sql-action.ts';
import { parseFilter } from './sql-filter.ts';
import type { MessageProperties } from './value.ts';

const MESSAGE: MessageProperties = {
  system: { Label: 'order', MessageId: 'm1' },
  application: { colour: 'red', size: 10, price: 2.5, urgent: true, 'odd name': 'x', at: new Date(5), text: '50%_off' },
};
const passes = (filter: string) => parseFilter(filter)(MESSAGE) === true;

describe('a SQL filter', () => {
  it.each([
    "colour = 'red'",
    "COLOUR = 'red' and Size = 10",
    'size > 9 AND size >= 10 AND size < 11 AND size <= 10 AND size <> 9 AND size != 9',
    "colour = 'blue' OR size = 10",
    "NOT colour = 'blue'",
    'urgent',
    'urgent = TRUE AND NOT (urgent = FALSE)',
    '1=1',
    'size + 2 * price = 15',
    '(size + 2) * price = 30',
    '((size) = (10))',
    'size % 3 = 1 AND size / 4 = price AND -size = 0 - 10',
    "sys.Label = 'order' AND sys.label LIKE 'ord%'",
    "user.colour LIKE '_ed'",
    "colour NOT LIKE 'b%'",
    "text LIKE '50!%!_%' ESCAPE '!'",
    "colour IN ('blue', 'red')",
    "colour NOT IN ('blue', 'green')",
    'missing IS NULL AND colour IS NOT NULL',
    'EXISTS(colour) AND NOT EXISTS(missing) AND exists(sys.MessageId)',
    "[odd name] = 'x' AND \"odd name\" = 'x'",
    "property('odd name') = 'x' AND p('colour') = 'red'",
    "'it''s' = 'it''s'",
    "colour + 'dish' = 'reddish'",
    '1e1 = size AND .5 < 1',
  ])('lets through: %s', (filter) => {
    expect(passes(filter)).toBe(true);
  });

  it.each([
    "colour = 'blue'",
    "colour = 'Red'",
    // What is unknown is not true, whichever way it is turned.
    'missing = 1',
    'NOT missing = 1',
    'missing <> 1',
    "missing NOT IN ('a')",
    "missing NOT LIKE 'a%'",
    'missing = NULL',
    "size = '10'",
    'size / 0 = 1',
    "colour LIKE 're'",
    "text LIKE '60!%%' ESCAPE '!'",
    'size',
  ])('holds back: %s', (filter) => {
    expect(passes(filter)).toBe(false);
  });

  it.each([
    ['colour =', 'a name was expected'],
    ['colour = = 1', 'a name was expected'],
    ["colour = 'red", "''red' was not expected"],
    ['(colour = 1', ') was expected instead of the end'],
    ['colour = 1)', ') was not expected'],
    ['colour NOT = 1', 'IN or LIKE was expected'],
    ['other.colour = 1', 'other is neither sys nor user'],
    ['f(1) = 1', 'the function f is not known'],
    ['a ? b', 'was not expected'],
    ['', 'a name was expected'],
  ])('that reads "%s" is refused', (filter, message) => {
    expect(() => parseFilter(filter)).toThrow(message);
  });

  it('reads deep nesting in no time', () => {
    const filter = `${'('.repeat(400)}size = 10${')'.repeat(400)}`;
    expect(passes(filter)).toBe(true);
  });
});

describe('a SQL action', () => {
  it('sets and removes properties, each step seeing those before it', () => {
    expect(
      parseAction('SET size = size * 2; SET total = size + 1; REMOVE colour; SET gone = missing;')(MESSAGE),
    ).toEqual({ system: {}, application: { size: 20, total: 21, colour: null, gone: null } });
  });

  it('sets system properties, by names in any case', () => {
    expect(parseAction("SET sys.label = sys.Label + '!'; SET old = sys.LABEL; SET sys.To = NULL")(MESSAGE)).toEqual({
      system: { Label: 'order!', To: null },
      application: { old: 'order!' },
    });
  });

  it.each([
    ['SET sys.SequenceNumber = 1', 'sys.SequenceNumber cannot be changed'],
    ['REMOVE sys.Label', 'sys.Label cannot be removed'],
    ['DROP colour', 'SET was expected instead of DROP'],
    ['SET colour', '= was expected'],
    ['SET a = 1 SET b = 2', 'SET was not expected'],
  ])('that reads "%s" is refused', (action, message) => {
    expect(() => parseAction(action)).toThrow(message);
  });
});
