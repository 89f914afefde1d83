/** The function app as it is, with one task type more. */
import '../../../functions/index.ts';
import type { TaskType } from '../../../functions/task-types/define-task-type.ts';
import { taskTypes } from '../../../functions/task-types/registry.ts';
import { witness } from './witness.ts';

(taskTypes as Map<string, TaskType>).set(witness.info.name, witness);
