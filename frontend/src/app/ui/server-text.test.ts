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
});
