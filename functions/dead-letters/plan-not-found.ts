import { AppError } from '../errors.ts';

export function planNotFound(id: string): AppError {
  return new AppError(
    'not-found',
    `There is no replay ${id} among yours. Check the ID, or list your replays with GET /api/replays.`,
  );
}
