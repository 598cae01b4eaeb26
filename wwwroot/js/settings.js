// Reads the generation settings from a picture file made by PromptCanvas (docs/provenance.md).

const own = 'urn:promptcanvas:picture:1#';
const utf8 = new TextDecoder();

function isPng(bytes) {
  return utf8.decode(bytes.subarray(0, 4)) === '\u{FFFD}PNG';
}

/** The uncompressed iTXt chunks of a PNG, by keyword. */
function pngTexts(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = {};
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (utf8.decode(bytes.subarray(at + 4, at + 8)) === 'iTXt') {
      const keywordEnd = body.indexOf(0);
      const languageEnd = body.indexOf(0, keywordEnd + 3);
      const translatedEnd = body.indexOf(0, languageEnd + 1);
      if (keywordEnd > 0 && body[keywordEnd + 1] === 0 && translatedEnd > 0) {
        texts[utf8.decode(body.subarray(0, keywordEnd))] ??= utf8.decode(body.subarray(translatedEnd + 1));
      }
    }
    at += 12 + length;
  }
  return texts;
}

/** The XMP packet of a WebP; undefined if absent. */
function webpXmp(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (utf8.decode(bytes.subarray(at, at + 4)) === 'XMP ') {
      return utf8.decode(bytes.subarray(at + 8, at + 8 + length));
    }
    at += 8 + length + (length % 2);
  }
  return undefined;
}

function fromXmp(packet) {
  const xml = new DOMParser().parseFromString(packet.replace(/<\?xpacket[^?]*\?>/g, ''), 'application/xml');
  const read = name => xml.getElementsByTagNameNS(own, name)[0]?.textContent;
  return { prompt: read('prompt'), seed: read('seed'), model: read('model'), recipe: read('recipe') };
}

/** The texts of a picture of PromptCanvas, by name; null for any other file. */
function textsOf(bytes) {
  const texts = isPng(bytes) ? pngTexts(bytes) : utf8.decode(bytes.subarray(0, 4)) === 'RIFF' ? fromXmp(webpXmp(bytes) ?? '<none/>') : {};
  return texts.prompt !== undefined && /^\d+$/.test(texts.seed ?? '') ? texts : null;
}

const bytesOf = async file => new Uint8Array(await file.arrayBuffer());

/** The prompt of a picture of PromptCanvas; null for any other file and for one that cannot be read. */
export async function promptOf(file) {
  return bytesOf(file).then(bytes => textsOf(bytes)?.prompt ?? null).catch(() => null);
}

/**
 * Everything that made a picture of PromptCanvas, by the names of the Create page's address; null for any other file.
 * `sizes` are the sizes that the Create page offers.
 */
export async function settingsOf(file, sizes) {
  const bytes = await bytesOf(file);
  const texts = textsOf(bytes);
  if (texts === null) {
    return null;
  }
  const settings = { prompt: texts.prompt, seed: texts.seed, model: texts.model };
  try {
    const recipe = JSON.parse(texts.recipe);
    // The recipe has the size that was drawn; the picture may have been reduced from it.
    const header = new DataView(bytes.buffer);
    const width = isPng(bytes) ? Math.max(header.getUint32(16), header.getUint32(20)) : 0;
    Object.assign(settings, { size: sizes.includes(width) ? width : recipe.size, aspect: recipe.aspect, negative: recipe.negativePrompt, steps: recipe.decoderSteps, guidance: recipe.decoderGuidance, style: recipe.style?.id, styleWeight: recipe.style?.id && recipe.style.weight });
  } catch {
    // Without a valid recipe the other settings are still used.
  }
  return settings;
}
