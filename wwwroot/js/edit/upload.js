/** Uploads a picture or mask: { id, width, height }, or { error } with a message. */
export async function upload(file, name, token) {
  const form = new FormData();
  form.append('file', file, name);
  const answer = await fetch('api/uploads', { method: 'POST', body: form, headers: { RequestVerificationToken: token } });
  const body = await answer.json().catch(() => ({}));
  return answer.ok ? body : { error: body.detail ?? body.title ?? `${answer.status}` };
}
