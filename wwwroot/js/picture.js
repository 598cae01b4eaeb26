// Pictures for canvases.

/** Waits for a picture. Not decode(): it rejects good pictures when the browser is short of memory; drawing decodes by itself. */
export async function loadPicture(address) {
  const image = new Image();
  await new Promise((resolve, reject) => {
    image.onload = resolve;
    image.onerror = () => reject(new Error(`${address} did not load`));
    image.src = address;
  });
  return image;
}
