import * as z from 'zod';

/** `GET /api/me`: who is signed in, as the API sees it. */
export const Me = z.object({
  /** What the tasks of this person name as their owner. */
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  /** Sees and changes the tasks of all. */
  isOperator: z.boolean(),
  /** Until when the sign-in is good, where the platform says so. */
  expiresAt: z.iso.datetime().optional(),
  /** Where Entra ID gives scripts a token for this app, where it is who signs people in. `resource`: `api://…` */
  tokensFrom: z.object({ tenant: z.guid(), resource: z.string() }).optional(),
});
export type Me = z.infer<typeof Me>;
