import { loadServerTexts, serverText } from './server-text.ts';

afterEach(() => loadServerTexts({}));

describe('a text of the server', () => {
  it('stays as it is where nothing is known of it', () => {
    expect(serverText('Anything at all.')).toBe('Anything at all.');
  });

  it('is translated whole, or by what stands around its values', () => {
    loadServerTexts({
      'Choose a file.': 'Wählen Sie eine Datei.',
      completed: 'abgeschlossen',
      'Task {1} is {2} already.': 'Die Aufgabe {1} ist schon {2}.',
      'At most {1} (of {2}).': 'Von {2} höchstens {1}.',
    });
    expect(serverText('Choose a file.')).toBe('Wählen Sie eine Datei.');
    expect(serverText('Task 1-a is completed already.')).toBe('Die Aufgabe 1-a ist schon abgeschlossen.');
    expect(serverText('At most 3 (of 5).')).toBe('Von 5 höchstens 3.');
    expect(serverText('Task 1-a is completed already. Really.')).toBe('Task 1-a is completed already. Really.');
  });

  it('has its numbers as the language shown writes them, and nothing else that looks like one', () => {
    const texts = {
      'Waited {1} of {2} s': '{1} von {2} s gewartet',
      'Row {1}': 'Zeile {1}',
      'More than {1}.': 'Mehr als {1}.',
    };
    loadServerTexts(texts, 'de');
    expect(serverText('Waited 0.5 of 12 s')).toBe('0,5 von 12 s gewartet');
    expect(serverText('Row 1,234,567')).toBe('Zeile 1.234.567');
    expect(serverText('More than 12.5 %.')).toBe('Mehr als 12,5 %.');
    expect(serverText('Row 1.2.3')).toBe('Zeile 1.2.3');
    expect(serverText('Row 7,1')).toBe('Zeile 7,1');
  });
});
