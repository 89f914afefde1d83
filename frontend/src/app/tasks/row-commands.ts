import type { Command } from '../frame/commands.ts';

interface RowActions {
  readonly step: (by: 1 | -1) => void;
  readonly toggle: () => void;
  readonly chooseAll: () => void;
  readonly open: () => void;
}

/** What the keyboard does in the list of tasks. */
export function rowCommands({ step, toggle, chooseAll, open }: RowActions): readonly Command[] {
  return [
    { title: $localize`Go to the next task`, keys: 'j', icon: 'chevron-down', run: () => step(1) },
    { title: $localize`Go to the task before`, keys: 'k', icon: 'chevron-up', run: () => step(-1) },
    { title: $localize`Select this task`, keys: 'x', icon: 'check', run: toggle },
    { title: $localize`Select all tasks shown`, keys: 'a', icon: 'tasks', run: chooseAll },
    { title: $localize`Open this task`, keys: 'o', icon: 'eye', run: open },
  ];
}
