/** Uploads a picture or mask: { id, width, height }, or { error } with a message. */
export async function upload(file, name, token) {
  const form = new FormData();
  form.append('file', file, name);
  const answer = await fetch('api/uploads', { method: 'POST', body: form, headers: { RequestVerificationToken: token } });
  const body = await answer.json().catch(() => ({}));
  return answer.ok ? body : { error: body.detail ?? body.title ?? `${answer.status}` };
}

/** Whether a file may be a picture. A format that the browser does not know has no type; the server refuses it by its name. */
export const mayBePicture = file => file.type.startsWith('image/') || file.type === '';

/** The file of the list to use: one that the browser knows as a picture, otherwise one that may be; undefined if there is none. */
export const pictureAmong = files => [...files].find(file => file.type.startsWith('image/')) ?? [...files].find(mayBePicture);
