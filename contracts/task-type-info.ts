/** What the form is drawn from: one kind of task, as `GET /api/task-types` lists it. */
export interface TaskTypeInfo {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** JSON Schema (draft 2020-12) of the payload. A string that is best picked as a file has `contentMediaType`. */
  readonly schema: Record<string, unknown>;
  readonly example: unknown;
}

export interface TaskTypeList {
  readonly taskTypes: readonly TaskTypeInfo[];
}
