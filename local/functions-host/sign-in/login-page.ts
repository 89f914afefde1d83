/** What the sign-in form shows. */
interface LoginPage {
  /** Local path to go to afterwards. */
  readonly target: string;
  readonly error?: string;
}

/** The form that stands in for Entra ID's sign-in page. */
export function loginPage({ target, error }: LoginPage): string {
  const problem = error ? `<p id="problem" role="alert">${escapeHtml(error)}</p>` : '';
  const described = error ? ' aria-invalid="true" aria-describedby="problem hint"' : ' aria-describedby="hint"';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in on this machine</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 22rem; margin: 12vh auto 0; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
label { display: block; margin-top: 1rem; }
input[name="user"] { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; }
button { margin-top: 1.5rem; padding: .6rem 1.4rem; font: inherit; }
[role="alert"] { color: light-dark(#b3261e, #f2b8b5); }
</style>
</head>
<body>
<main>
<h1>Sign in on this machine</h1>
<p id="hint">This page stands in for Microsoft Entra ID. Any name will do; there is no password.</p>
${problem}
<form method="get" action="/.auth/login/aad">
<label for="user">User name</label>
<input id="user" name="user" required maxlength="64" pattern="[A-Za-z0-9][A-Za-z0-9._@\\-]{0,63}" autocomplete="username" autofocus${described}>
<label><input type="checkbox" name="roles" value="operator"> Operator: sees everyone’s tasks</label>
<input type="hidden" name="post_login_redirect_uri" value="${escapeHtml(target)}">
<button type="submit">Sign in</button>
</form>
</main>
</body>
</html>
`;
}

const htmlEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => htmlEscapes[character] ?? character);
}
